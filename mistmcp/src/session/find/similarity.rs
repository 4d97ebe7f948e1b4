//! Similarity of a query to the texts of the index: [`Similarities`].

use super::classifiers::Decisions;
use super::vectors::{Embedding, cosine};

/// Power of the norm of cosines, and its reciprocal.
const POWER: i32 = 8;
const ROOT: f32 = 1.0 / 8.0;
/// Cosines above which a text says the same as a query.
const EQUAL_BY_WORDS: f32 = 0.75;
const EQUAL_BY_MEANING: f32 = 0.97;
/// Power of cosines in a density, and the least sum of such powers.
const NEARNESS: i32 = 16;
const FAR: f32 = 1e-3;
/// Minimum cosine for a prompt or category to match.
const TOPIC_FITS: f32 = 0.7;
/// Maximum number of prompts and of categories in a result.
const MOST_TOPICS: usize = 2;

/// Similarity of a query to each text of the index, and the decisions of the classifiers.
pub(super) struct Similarities {
    pub(super) embedding: Embedding,
    pub(super) by_words: Vec<f32>,
    pub(super) by_meaning: Vec<f32>,
    pub(super) decisions: Decisions,
}

impl Similarities {
    /// Forgets the texts that say the same as the query: they tell nothing about other queries.
    pub(super) fn drop_equal_texts(&mut self) {
        for (words, meaning) in self.by_words.iter_mut().zip(&mut self.by_meaning) {
            if *words > EQUAL_BY_WORDS || *meaning > EQUAL_BY_MEANING {
                (*words, *meaning) = (0.0, 0.0);
            }
        }
    }
}

/// Logarithm of a sum over texts of powers of their cosines: how many texts are near, and how near.
pub(super) fn density(cosines: impl Iterator<Item = f32>) -> f32 {
    (FAR + cosines.map(|cosine| cosine.max(0.0).powi(NEARNESS)).sum::<f32>()).ln()
}

/// Names of the topics that match a vector, best first.
pub(super) fn matching_topics(topics: &[(&'static str, Embedding)], embedding: &[f32]) -> Vec<&'static str> {
    let near = topics.iter().map(|(name, topic)| (cosine(embedding, topic), *name));
    let mut near: Vec<_> = near.filter(|(cosine, _)| *cosine >= TOPIC_FITS).collect();
    near.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    near.into_iter().map(|(_, name)| name).take(MOST_TOPICS).collect()
}

/// The norm of cosines: about the greatest one, and more where several are near it.
pub(super) fn norm(cosines: impl Iterator<Item = f32>) -> f32 {
    cosines.map(|cosine| cosine.max(0.0).powi(POWER)).sum::<f32>().powf(ROOT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_texts_make_a_density_and_far_ones_do_not() {
        let density = |cosines: &[f32]| density(cosines.iter().copied());
        assert!(density(&[0.9]) > density(&[0.5; 20]) && density(&[0.9, 0.9]) > density(&[0.9]));
        assert!(density(&[-1.0, 0.0]) - density(&[]) < 1e-6);
    }
}
