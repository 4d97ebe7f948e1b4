//! Weights of the ranking, fitted by `mistmcp/search/fit.py` to the train half of the evaluation.

/// Weights of a tool's title, description, questions, category and parameters in BM25F.
pub(super) const FIELDS: [f32; 5] = [2.5, 1.5, 1.0, 0.6, 0.4];
/// Repetitions of title and description for a tool without questions.
pub(super) const WITHOUT_QUESTIONS: usize = 2;
/// Weights of a tool's features: BM25F, nearest question by words, by meaning, mean of the nearest by meaning, a count that
/// was asked for, one that was not, a site's twin where one site is named, where none is, the organization's twin where all
/// sites are meant, where one site is named, no questions; a
/// tool of sites without a twin where one site is named, where none is, one of the organization where all sites are meant,
/// where one site is named; a tool that needs an id; and one of an extended category.
pub(super) const WEIGHTS: [f32; 17] = [
    2.97, 2.32, 2.59, 2.79, 0.56, -0.32, 0.48, -0.35, 0.12, -0.13, 0.3, -0.04, -0.07, 0.35, -0.16, -0.36,
    -0.89,
];
/// Weights of the confidence features, for a logistic function.
pub(super) const CONFIDENCE: [f32; 10] = [-4.04, -0.63, 0.98, 2.01, 3.19, 2.28, 2.92, 2.64, 0.15, 1.45];
/// Minimum confidence of a good match.
pub(super) const GOOD: f32 = 0.4;
