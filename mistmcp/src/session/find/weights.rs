//! Weights of the ranking, fitted by `mistmcp/search/fit.py` to the train half of the evaluation.

/// Weights of a tool's title, description, questions, category and parameters in BM25F.
pub(super) const FIELDS: [f32; 5] = [2.5, 1.5, 1.0, 0.6, 0.4];
/// Repetitions of title and description for a tool without questions.
pub(super) const WITHOUT_QUESTIONS: usize = 2;
/// Weights of a tool's features: BM25F, nearest question by words, by meaning, mean of the nearest by meaning; sum of the
/// decisions about its kinds; a site's twin where one site is named, where none is; the organization's twin where all
/// sites are meant, where one site is named; no questions; a tool of sites without a twin where one site is named, where none
/// is; one of the organization where all sites are meant, where one site is named; a tool that needs an id; one that another
/// tool replaces; and for a tool without questions once more BM25F and the nearest text by words and by meaning. Those of
/// tools without questions were fitted with the questions of a third of the tools left out, a tenth at a time.
pub(super) const WEIGHTS: [f32; 19] = [
    2.75, 1.08, 3.61, 4.1, 0.2, 0.29, -1.06, 0.25, -0.63, 3.0, -0.01, -0.66, 0.47, 0.19, -0.06, -1.12, -2.0,
    -1.5, 1.0,
];
/// Weights of the confidence features, for a logistic function.
pub(super) const CONFIDENCE: [f32; 14] =
    [-5.44, 0.64, 1.16, 0.58, -0.22, 0.62, -1.81, 0.91, 3.59, 1.38, 0.67, -0.57, 0.69, -0.16];
/// Minimum confidence of a good match.
pub(super) const GOOD: f32 = 0.5;
