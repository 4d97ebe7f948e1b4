//! Weights of the ranking, fitted by `mistmcp/search/fit.py` to the train half of the evaluation.

/// Weights of a tool's title, description, questions, category and parameters in BM25F.
pub(super) const FIELDS: [f32; 5] = [2.5, 1.5, 1.0, 0.6, 0.4];
/// Repetitions of title and description for a tool without questions.
pub(super) const WITHOUT_QUESTIONS: usize = 2;
/// Weights of a tool's features: BM25F, nearest question by words, by meaning, mean of the nearest by meaning, a count that
/// was asked for, one that was not, a site's twin where one site is named, where none is, the organization's twin where all
/// sites are meant, where one site is named, no questions; a
/// tool of sites without a twin where one site is named, where none is, one of the organization where all sites are meant,
/// where one site is named; and a tool that needs an id.
pub(super) const WEIGHTS: [f32; 16] =
    [2.28, 1.87, 2.69, 2.83, 0.45, -0.29, 0.56, -0.42, 0.15, -0.44, 0.3, 0.31, -0.02, -0.05, -0.09, -0.27];
/// What a tool of an extended category has to lead by: as much as keeps the first hits of the train half as they are without
/// such tools.
pub(super) const EXTENDED: f32 = 0.9;
/// Weights of the confidence features, for a logistic function.
pub(super) const CONFIDENCE: [f32; 10] = [-4.1, -1.16, 0.79, 1.75, 2.68, 2.01, 2.56, 2.28, 0.91, 1.63];
/// Minimum confidence of a good match.
pub(super) const GOOD: f32 = 0.5;
