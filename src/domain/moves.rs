//! The places of all todos that a call moves.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::{
    id::TodoId,
    place::Place,
    position::Position,
    refusal::ItemViolation,
    todo::{Status, Todo},
    values::cut,
};

/// The new places of moved todos.
pub type Places = HashMap<TodoId, Place>;

/// A todo that a call moves. `item` is the position of the todo in the call, from 0.
#[derive(Debug, Clone, Copy)]
pub struct Move<'a> {
    pub item: usize,
    pub id: &'a TodoId,
    pub position: &'a Position,
}

/// What the program knows about the todos after which a call puts other todos.
#[derive(Debug, Clone, Copy)]
pub struct Anchors<'a> {
    /// The present todos.
    pub todos: &'a HashMap<TodoId, Todo>,
    /// The place of the todo that follows each anchor. The store reads this place only if the place of the anchor is
    /// long.
    pub followers: &'a HashMap<TodoId, Place>,
}

/// The todos of a call that have a position.
pub fn of<'a>(sent: impl Iterator<Item = (&'a TodoId, Option<&'a Position>)>) -> Vec<Move<'a>> {
    sent.enumerate().filter_map(|(item, (id, position))| Some(Move { item, id, position: position? })).collect()
}

/// An error for each move after a todo that does not exist.
pub fn unknown_anchors(moves: &[Move<'_>], anchors: Anchors<'_>) -> Vec<ItemViolation> {
    let unknown = |movement: &&Move<'_>| movement.position.anchor().is_some_and(|id| !anchors.todos.contains_key(id));
    let violation = |movement: &Move<'_>| {
        let id = movement.position.anchor().map(TodoId::as_str).unwrap_or_default();
        ItemViolation::new(movement.item, Position::FIELD, format!("no todo has the id \"{id}\""))
    };
    moves.iter().filter(unknown).map(violation).collect()
}

/// The places of the moved todos. All anchors must exist. Todos with the same position keep the order of the call. If a
/// call moves a todo and also puts another todo after it, the other todo follows the moved todo.
pub fn places(moves: &[Move<'_>], anchors: Anchors<'_>, now: Timestamp) -> Result<Places, Vec<ItemViolation>> {
    let (mut places, mut violations) = (HashMap::new(), closed_anchors(moves, anchors));
    let moved: HashSet<&TodoId> = moves.iter().map(|movement| movement.id).collect();
    let mut roots: Vec<&Position> = Vec::new();
    for movement in moves {
        let depends = movement.position.anchor().is_some_and(|id| moved.contains(id));
        if !depends && !roots.contains(&movement.position) {
            roots.push(movement.position);
        }
    }
    let mut followers: HashMap<&TodoId, Vec<&Move<'_>>> = HashMap::new();
    for movement in moves {
        if let Some(anchor) = movement.position.anchor() {
            followers.entry(anchor).or_default().push(movement);
        }
    }
    for root in roots {
        let mut group: Vec<&Move<'_>> = Vec::new();
        let mut open: Vec<&Move<'_>> = moves.iter().rev().filter(|movement| movement.position == root).collect();
        while let Some(movement) = open.pop() {
            group.push(movement);
            open.extend(followers.get(movement.id).into_iter().flatten().rev());
        }
        for (number, movement) in group.iter().enumerate() {
            match anchors.place(root, (number, group.len()), now) {
                Some(place) => _ = places.insert(movement.id.clone(), place),
                None => violations.push(ItemViolation::new(movement.item, Position::FIELD, NO_ROOM.to_owned())),
            }
        }
    }
    let circles = moves.iter().filter(|movement| !places.contains_key(movement.id)).filter(|_| violations.is_empty());
    let circle = |movement: &Move<'_>| {
        let message = "puts todos after each other in a circle; leave out one of these positions".to_owned();
        ItemViolation::new(movement.item, Position::FIELD, message)
    };
    let circles: Vec<_> = circles.map(circle).collect();
    violations.extend(circles);
    if violations.is_empty() { Ok(places) } else { Err(violations) }
}

/// Only thousands of moves into the same gap reach this limit.
const NO_ROOM: &str =
    "finds no room there, because todos were moved there very often; first move that todo with position bottom";

/// An error for each move after a todo that is not open.
fn closed_anchors(moves: &[Move<'_>], anchors: Anchors<'_>) -> Vec<ItemViolation> {
    let closed = |movement: &Move<'_>| {
        let anchor = anchors.todos.get(movement.position.anchor()?)?;
        let message = format!(
            "names the todo \"{}\", which is {}; name an open todo",
            cut(anchor.title.as_str()),
            anchor.status.word()
        );
        (anchor.status != Status::Open).then(|| ItemViolation::new(movement.item, Position::FIELD, message))
    };
    moves.iter().filter_map(closed).collect()
}

impl Anchors<'_> {
    /// The place of the todo with this number in a group of `count` todos. All todos of the group are at the position
    /// `root`, one after the other. `None` if there is no room.
    fn place(self, root: &Position, (number, count): (usize, usize), now: Timestamp) -> Option<Place> {
        let micros = SignedDuration::from_micros(i64::try_from(number).unwrap_or_default());
        let earlier = now.checked_sub(micros).unwrap_or(now);
        let place = match root {
            Position::Top => Place::top(earlier),
            Position::Bottom => Place::of_time(now.checked_add(micros).unwrap_or(now)),
            Position::After(id) => {
                let anchor = self.todos.get(id)?.place();
                match self.followers.get(id).and_then(|next| anchor.between(next)) {
                    Some(between) if count == 1 => between,
                    Some(between) => between.after(earlier),
                    None => anchor.after(earlier),
                }
            }
        };
        (place.as_str().len() <= Place::MAX).then_some(place)
    }
}
