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
    3.09, 1.98, 2.61, 2.85, 0.56, -0.31, 0.44, -0.39, 0.12, -0.11, 0.3, -0.06, -0.11, 0.37, -0.1, -0.37,
    -0.85,
];
/// Weights of the confidence features, for a logistic function.
pub(super) const CONFIDENCE: [f32; 11] = [-7.33, 0.43, 2.81, 3.34, 1.6, 0.95, 1.36, 1.98, 1.31, 1.77, 0.78];
/// Minimum confidence of a good match.
pub(super) const GOOD: f32 = 0.5;
