//! The weights of the ranking, fitted by `mistmcp/search/fit.py` to the train half of the evaluation.

/// Weights of a tool's title, description, questions, category and parameters in BM25F.
pub(super) const FIELDS: [f32; 5] = [2.5, 1.5, 1.0, 0.6, 0.4];
/// How often title and description count for a tool without questions.
pub(super) const WITHOUT_QUESTIONS: usize = 2;
/// Weights of a tool's features: BM25F, nearest question by words, by meaning, mean of the nearest by meaning, a count that
/// was asked for, one that was not, a site's twin where one site is named, where none is, the organization's twin where all
/// sites are meant, where one site is named, and no questions.
pub(super) const WEIGHTS: [f32; 11] = [2.26, 1.75, 1.93, 2.4, 0.63, -0.62, 0.45, -0.5, 0.15, -0.49, 0.3];
/// Weights of what confidence is made of, for a logistic function.
pub(super) const CONFIDENCE: [f32; 6] = [-3.54, 1.18, 1.08, 5.4, 1.39, 1.8];
/// The confidence below which nothing fits well.
pub(super) const GOOD: f32 = 0.5;
