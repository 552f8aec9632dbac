//! The values of one structured record, flat: paths, kinds, and where each value stands.
//!
//! All buffers are kept from record to record, so a steady stream of records allocates nothing.

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No value.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number, as written.
    Number,
    /// A string.
    Text,
    /// An array; its elements follow as leaves of the same path.
    Array,
    /// An object; its members follow as leaves of longer paths.
    Object,
}

/// Where the characters of a value stand: in the record as written, or unescaped in the scratch buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// First byte.
    pub start: usize,
    /// Byte behind the last.
    pub end: usize,
    /// Whether the bytes are those of the scratch buffer.
    pub scratch: bool,
}

impl Place {
    /// The characters.
    pub fn of<'a>(self, record: &'a str, scratch: &'a str) -> &'a str {
        let text = if self.scratch { scratch } else { record };
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// One value.
#[derive(Clone, Copy, Debug)]
pub struct Leaf {
    /// Place of its path in the [`Shape`].
    pub path: usize,
    /// Its type.
    pub kind: Kind,
    /// Its characters; empty for arrays and objects.
    pub place: Place,
}

/// The paths of a record in order, a run of equal ones written once; records of one data set mostly share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    names: String,
    ends: Vec<usize>,
}

impl Shape {
    /// The path at a place.
    pub fn path(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|end| self.names.get(start..*end)).unwrap_or_default()
    }

    /// Every path, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|at| self.path(at))
    }

    /// The number of paths.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends a path unless it is the last one; returns its place.
    pub fn push(&mut self, path: &str) -> usize {
        let last = self.ends.len();
        if last > 0 && self.path(last - 1) == path {
            return last - 1;
        }
        self.names.push_str(path);
        self.ends.push(self.names.len());
        last
    }

    /// Empties it, keeping the memory.
    pub fn clear(&mut self) {
        self.names.clear();
        self.ends.clear();
    }

    /// Becomes equal to another, keeping the memory.
    pub fn copy_from(&mut self, other: &Self) {
        self.names.clone_from(&other.names);
        self.ends.clone_from(&other.ends);
    }
}

/// The values of one record.
#[derive(Debug, Default)]
pub struct Leaves {
    /// Their paths: keys joined by dots, arrays add nothing.
    pub shape: Shape,
    /// The values, in the order of the record.
    pub items: Vec<Leaf>,
    /// Unescaped characters.
    pub scratch: String,
}

impl Leaves {
    /// Empties it, keeping the memory.
    pub fn clear(&mut self) {
        self.shape.clear();
        self.items.clear();
        self.scratch.clear();
    }

    /// Appends a value.
    pub fn push(&mut self, path: &str, kind: Kind, place: Place) {
        let path = self.shape.push(path);
        self.items.push(Leaf { path, kind, place });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_one_path_are_written_once() {
        let mut shape = Shape::default();
        assert_eq!([shape.push("a"), shape.push("a"), shape.push("b.c"), shape.push("a")], [0, 0, 1, 2]);
        assert_eq!(shape.paths().collect::<Vec<_>>(), ["a", "b.c", "a"]);
        assert_eq!(shape.path(9), "");
    }

    #[test]
    fn an_empty_key_is_a_path() {
        let mut shape = Shape::default();
        assert_eq!([shape.push(""), shape.push(""), shape.push("x")], [0, 0, 1]);
        assert_eq!(shape.len(), 2);
    }
}
