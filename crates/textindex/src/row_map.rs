//! Where the rows of a segment go when it is merged with others.

/// From the rows of one segment to those of another; rows that do not go there vanish.
#[derive(Debug, Clone)]
pub struct RowMap(Vec<u32>);

/// No segment has so many rows.
const GONE: u32 = u32::MAX;

impl RowMap {
    /// Every row keeps its number.
    pub fn identity(rows: u32) -> Self {
        Self((0..rows).collect())
    }

    /// All rows vanish, until they are [`Self::set`].
    pub fn all_gone(rows: u32) -> Self {
        Self(vec![GONE; rows as usize])
    }

    /// The row goes to `new`. A row that the segment does not have is ignored.
    pub fn set(&mut self, old: u32, new: u32) {
        if let Some(row) = self.0.get_mut(old as usize) {
            *row = new;
        }
    }

    #[inline]
    pub fn get(&self, old: u32) -> Option<u32> {
        self.0.get(old as usize).copied().filter(|new| *new != GONE)
    }

    /// Rows of the segment that is left.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Option<u32>> for RowMap {
    /// By old row.
    fn from_iter<I: IntoIterator<Item = Option<u32>>>(rows: I) -> Self {
        Self(rows.into_iter().map(|row| row.unwrap_or(GONE)).collect())
    }
}
