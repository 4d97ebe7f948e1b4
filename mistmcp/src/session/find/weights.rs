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
    3.29, 1.84, 2.38, 2.56, 0.39, -0.27, 0.36, -0.45, 0.12, -0.15, 0.3, -0.15, -0.06, 0.23, 0.01, -0.29,
    -0.87,
];
/// Weights of the confidence features, for a logistic function.
pub(super) const CONFIDENCE: [f32; 11] = [-8.35, -0.12, 3.27, 3.95, 1.08, 0.76, 1.75, 2.11, 1.65, 0.95, 0.74];
/// Minimum confidence of a good match.
pub(super) const GOOD: f32 = 0.5;
