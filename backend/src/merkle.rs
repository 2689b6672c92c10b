//! Merkle trees as RFC 9162 §2.1 defines them (the same as RFC 6962's): an append-only log of leaves whose root
//! commits to all of them.
//!
//! Leaf and node hashes are told apart by a first byte, 0 or 1, so that no node can be passed off as a leaf. A tree
//! of n leaves splits at the largest power of two below n; therefore its complete subtrees never change while the log
//! grows, and a proof for any size that the log ever had is made of some 2·log₂ n of them. A proof is described here by
//! the ranges of leaves whose hashes it holds; whoever keeps the hashes of complete subtrees (the database, or a list
//! in a test) can fill it in.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// A complete subtree: 2^level leaves from `index`·2^level on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// How many times it was doubled.
    pub level: u8,
    /// Its place among its level's.
    pub index: u64,
}

/// The leaves from `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    start: u64,
    end: u64,
}

/// Hash of a leaf's content (RFC 9162 §2.1.1).
pub fn leaf_hash(content: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(content)
        .finalize()
        .into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// Root of the tree with no leaf.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The largest power of two below `n`, for n > 1.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

impl Span {
    /// The first `size` leaves.
    pub fn first(size: u64) -> Self {
        Self { start: 0, end: size }
    }

    fn len(self) -> u64 {
        self.end - self.start
    }

    /// The two parts that are hashed together, for spans of more than one leaf.
    fn halves(self) -> (Self, Self) {
        let middle = self.start + split(self.len());
        (
            Self { end: middle, ..self },
            Self {
                start: middle,
                ..self
            },
        )
    }

    /// The complete subtrees that it is hashed from, from left to right.
    pub fn nodes(self) -> Vec<Node> {
        let len = self.len();
        if len == 0 {
            return Vec::new();
        }
        if len.is_power_of_two() && self.start.is_multiple_of(len) {
            let level = len.ilog2();
            return vec![Node {
                // At most 63.
                level: level as u8,
                index: self.start >> level,
            }];
        }
        let (left, right) = self.halves();
        [left.nodes(), right.nodes()].concat()
    }

    /// Its hash, from those of its complete subtrees; none when one is missing.
    pub fn hash(self, known: &BTreeMap<Node, Hash>) -> Option<Hash> {
        match self.nodes().as_slice() {
            [] => Some(empty_root()),
            [node] => known.get(node).copied(),
            _ => {
                let (left, right) = self.halves();
                Some(node_hash(&left.hash(known)?, &right.hash(known)?))
            }
        }
    }
}

/// What the inclusion proof of leaf `index` in the tree of `size` leaves holds, from the leaf upwards (§2.1.3.1).
pub fn inclusion(index: u64, size: u64) -> Vec<Span> {
    let mut path = Vec::new();
    let mut at = Span::first(size);
    while at.len() > 1 {
        let (left, right) = at.halves();
        let (inside, beside) = if index < left.end {
            (left, right)
        } else {
            (right, left)
        };
        path.push(beside);
        at = inside;
    }
    path.reverse();
    path
}

/// What the proof holds that the tree of `size` leaves begins with the tree of `earlier` leaves (§2.1.4.1); empty when
/// there is nothing to prove.
pub fn consistency(earlier: u64, size: u64) -> Vec<Span> {
    if earlier == 0 || earlier >= size {
        return Vec::new();
    }
    let mut path = Vec::new();
    let mut at = Span::first(size);
    // Whether the earlier tree is a subtree of this one as a whole: its hash is known to whoever asks.
    let mut whole = true;
    while at.end != earlier {
        let (left, right) = at.halves();
        if earlier <= left.end {
            path.push(right);
            at = left;
        } else {
            path.push(left);
            at = right;
            whole = false;
        }
    }
    if !whole {
        path.push(at);
    }
    path.reverse();
    path
}

/// Whether `path` leads from a leaf to the root of the tree of `size` leaves (§2.1.3.2).
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for beside in path {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(beside, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, beside);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether the tree of `size` leaves with `root` begins with the tree of `earlier` leaves with `earlier_root`
/// (§2.1.4.2).
pub fn verify_consistency(earlier: u64, earlier_root: &Hash, size: u64, root: &Hash, path: &[Hash]) -> bool {
    if earlier == size {
        return path.is_empty() && earlier_root == root;
    }
    if earlier == 0 || earlier > size {
        return false;
    }
    let own = [*earlier_root];
    let full: Vec<Hash> = if earlier.is_power_of_two() {
        own.iter().chain(path).copied().collect()
    } else {
        path.to_vec()
    };
    let Some((first, rest)) = full.split_first() else {
        return false;
    };
    let (mut place, mut last) = (earlier - 1, size - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (*first, *first);
    for beside in rest {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            old = node_hash(beside, &old);
            new = node_hash(beside, &new);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, beside);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && old == *earlier_root && new == *root
}

/// Appends leaves to a log whose complete subtrees on the right edge are `edge` ([`Span::nodes`] of all leaves so far).
pub fn append(size: u64, edge: &[(Node, Hash)], leaves: &[Hash]) -> Vec<(Node, Hash)> {
    let mut open: Vec<(Node, Hash)> = edge.to_vec();
    let mut made = Vec::new();
    for (index, hash) in (size..).zip(leaves) {
        let mut node = Node { level: 0, index };
        let mut hash = *hash;
        made.push((node, hash));
        // A subtree at an odd place completes the one on its left.
        while node.index & 1 == 1 {
            let Some((_, left)) = open.pop() else { break };
            hash = node_hash(&left, &hash);
            node = Node {
                level: node.level + 1,
                index: node.index >> 1,
            };
            made.push((node, hash));
        }
        open.push((node, hash));
    }
    made
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A log built in two steps, so that the edge is carried over.
    fn log(size: u64, at: u64) -> BTreeMap<Node, Hash> {
        let leaves: Vec<Hash> = (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect();
        let (first, second) = leaves.split_at(usize::try_from(at).unwrap());
        let mut known: BTreeMap<Node, Hash> = append(0, &[], first).into_iter().collect();
        let edge: Vec<(Node, Hash)> = Span::first(at)
            .nodes()
            .into_iter()
            .map(|node| (node, known[&node]))
            .collect();
        known.extend(append(at, &edge, second));
        known
    }

    /// RFC 9162 §2.1.1 word for word.
    fn reference(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            many => {
                let k = usize::try_from(split(many.len() as u64)).unwrap();
                node_hash(&reference(&many[..k]), &reference(&many[k..]))
            }
        }
    }

    fn hashes(path: &[Span], known: &BTreeMap<Node, Hash>) -> Vec<Hash> {
        path.iter().map(|span| span.hash(known).unwrap()).collect()
    }

    /// The test vectors of Google's certificate-transparency (merkletree_test), leaves in hex.
    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let leaves = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let hashed: Vec<Hash> = leaves
            .iter()
            .map(|leaf| leaf_hash(&hex::decode(leaf).unwrap()))
            .collect();
        let known: BTreeMap<Node, Hash> = append(0, &[], &hashed).into_iter().collect();
        for (size, root) in (1..).zip(roots) {
            assert_eq!(
                hex::encode(Span::first(size).hash(&known).unwrap()),
                root,
                "{size}"
            );
        }
        assert_eq!(
            hex::encode(empty_root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    proptest! {
        #[test]
        fn root_is_the_definition_s_however_the_log_grew(size in 0u64..200, at in 0u64..200) {
            let leaves: Vec<Hash> = (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect();
            let known = log(size, at.min(size));
            prop_assert_eq!(Span::first(size).hash(&known), Some(reference(&leaves)));
        }

        #[test]
        fn every_leaf_has_a_proof_in_every_size_and_no_other_leaf_has(size in 1u64..90, seed in any::<u64>()) {
            let known = log(size, size / 2);
            for tree in 1..=size {
                let root = Span::first(tree).hash(&known).unwrap();
                for index in 0..tree {
                    let path = hashes(&inclusion(index, tree), &known);
                    let leaf = leaf_hash(&index.to_be_bytes());
                    prop_assert!(verify_inclusion(&leaf, index, tree, &path, &root));
                }
            }
            let (index, other) = (seed % size, (seed / 7) % size);
            let root = Span::first(size).hash(&known).unwrap();
            let path = hashes(&inclusion(index, size), &known);
            let leaf = leaf_hash(&index.to_be_bytes());
            let stranger = leaf_hash(&(size + 1).to_be_bytes());
            prop_assert!(!verify_inclusion(&stranger, index, size, &path, &root));
            prop_assert_eq!(verify_inclusion(&leaf, other, size, &path, &root), other == index);
            prop_assert!(!verify_inclusion(&leaf, size, size, &path, &root));
        }

        #[test]
        fn any_change_to_a_proof_is_noticed(size in 2u64..300, seed in any::<u64>(), bit in 0usize..256) {
            let known = log(size, size - 1);
            let index = seed % size;
            let root = Span::first(size).hash(&known).unwrap();
            let path = hashes(&inclusion(index, size), &known);
            let leaf = leaf_hash(&index.to_be_bytes());
            let place = usize::try_from(seed).unwrap_or(usize::MAX) % path.len();
            let mut changed = path.clone();
            changed[place][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!verify_inclusion(&leaf, index, size, &changed, &root));
            let mut shorter = path.clone();
            shorter.remove(place);
            prop_assert!(!verify_inclusion(&leaf, index, size, &shorter, &root));
            let mut longer = path.clone();
            longer.push([7; 32]);
            prop_assert!(!verify_inclusion(&leaf, index, size, &longer, &root));
        }

        #[test]
        fn a_longer_log_proves_that_it_goes_on_from_every_shorter_one(size in 1u64..120, seed in any::<u64>(), bit in 0usize..256) {
            let known = log(size, size / 3);
            let root = Span::first(size).hash(&known).unwrap();
            for earlier in 1..=size {
                let before = Span::first(earlier).hash(&known).unwrap();
                let path = hashes(&consistency(earlier, size), &known);
                prop_assert!(verify_consistency(earlier, &before, size, &root, &path), "{} of {}", earlier, size);
                let mut rewritten = before;
                rewritten[bit / 8] ^= 1 << (bit % 8);
                prop_assert!(!verify_consistency(earlier, &rewritten, size, &root, &path));
                if !path.is_empty() {
                    let mut changed = path.clone();
                    let place = usize::try_from(seed).unwrap_or(usize::MAX) % path.len();
                    changed[place][bit / 8] ^= 1 << (bit % 8);
                    prop_assert!(!verify_consistency(earlier, &before, size, &root, &changed));
                }
            }
        }
    }
}
