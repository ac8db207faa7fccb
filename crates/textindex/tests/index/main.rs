//! The index against its meaning: random rows of random texts, random patterns, random merges, random damage.

mod answers;
mod damage;
mod merging;
mod texts;
