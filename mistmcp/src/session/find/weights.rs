//! Weights of the ranking, fitted by `mistmcp/search/fit.py` to the train half of the evaluation.

/// Weights of a tool's title, description, questions, category and parameters in BM25F.
pub(super) const FIELDS: [f32; 5] = [2.5, 1.5, 1.0, 0.6, 0.4];
/// Repetitions of title and description for a tool without questions.
pub(super) const WITHOUT_QUESTIONS: usize = 2;
/// Weights of a tool's features: BM25F, nearest question by words, by meaning, norm of all by meaning; sum of the
/// decisions about its kinds; a site's twin where one site is named, where none is; the organization's twin where all
/// sites are meant, where one site is named; no questions; a tool of sites without a twin where one site is named, where none
/// is; one of the organization where all sites are meant, where one site is named; a tool that needs an id; one that another
/// tool replaces; and for a tool without questions once more BM25F and the nearest text by words and by meaning. Those of
/// tools without questions were fitted with the questions of a third of the tools left out, a tenth at a time.
pub(super) const WEIGHTS: [f32; 19] = [
    2.1, 0.72, 3.06, 3.93, 0.1, 0.3, -0.51, 0.39, -0.53, 3.0, 0.21, -0.37, 0.4, -0.01, -0.04, -1.02, -2.0,
    -1.5, 1.0,
];
/// Weights of the confidence features, for a logistic function.
pub(super) const CONFIDENCE: [f32; 14] =
    [-3.66, -2.53, 0.48, 1.11, 0.31, 1.73, -0.69, 0.44, 3.36, 1.37, 0.67, -0.53, 0.52, -0.13];
/// Minimum confidence of a good match.
pub(super) const GOOD: f32 = 0.5;
