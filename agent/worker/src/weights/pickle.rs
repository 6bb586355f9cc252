//! Reads the pickles in PyTorch files as data: nothing in them is ever run. It knows what state dicts are made of;
//! any other object is kept as `Node::Other`.
//!
//! Nodes lie in one list and name each other by index, so that memory grows with the pickle's length only, whatever
//! it shares or nests, and dropping it needs no recursion. The opcodes are those of Python's `pickletools`.

use std::collections::HashMap;

use cotejo_model::Reason;
use cotejo_model::reason::{PickleFault, WeightsReason};

/// Objects in a pickle at most; a state dict of these models has some ten thousand.
const MAX_NODES: usize = 1 << 20;

/// Dimensions of a tensor at most.
const MAX_RANK: usize = 8;
/// Bytes of a class's or a storage's name at most. These are copied, so that without a bound a small file could fill
/// the memory.
const MAX_NAME: usize = 256;

/// The index of a node.
pub(super) type Ref = usize;

/// A Python object.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Integer(i64),
    Text(String),
    /// A tuple or a list.
    Sequence(Vec<Ref>),
    Dict(Vec<(Ref, Ref)>),
    /// A class or a function by its dotted name.
    Global(String),
    Storage(Storage),
    Tensor(Tensor),
    /// Anything else: floats, booleans, None, objects of classes that are not of interest.
    Other,
}

/// Numbers kept apart from the pickle, by key.
#[derive(Debug, Clone)]
pub(super) struct Storage {
    /// Such as `torch.FloatStorage`.
    pub(super) class: String,
    pub(super) key: String,
}

/// A view of a storage; offset and strides count elements.
#[derive(Debug, Clone)]
pub(super) struct Tensor {
    pub(super) storage: Storage,
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

/// One pickle's objects.
#[derive(Debug)]
pub(super) struct Pickle {
    nodes: Vec<Node>,
    pub(super) root: Ref,
}

impl Pickle {
    pub(super) fn get(&self, at: Ref) -> &Node {
        &self.nodes[at]
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(super) fn text(&self, at: Ref) -> Option<&str> {
        match self.get(at) {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }
}

fn fault(fault: PickleFault) -> Reason {
    WeightsReason::BadPickle { fault }.into()
}

/// Reads one pickle from the front of `bytes`, which then begins behind it.
pub(super) fn load(bytes: &mut &[u8]) -> Result<Pickle, Reason> {
    let mut machine = Machine::default();
    while !machine.step(bytes)? {}
    let root = machine.pop()?;
    Ok(Pickle { nodes: machine.nodes, root })
}

/// The first `count` bytes, which are then gone.
pub(super) fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], Reason> {
    let (head, tail) = bytes.split_at_checked(count).ok_or_else(|| fault(PickleFault::EndsEarly))?;
    *bytes = tail;
    Ok(head)
}

/// An unsigned little-endian number of `count` bytes, at most eight.
pub(super) fn take_number(bytes: &mut &[u8], count: usize) -> Result<u64, Reason> {
    Ok(take(bytes, count)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn take_size(bytes: &mut &[u8], count: usize) -> Result<usize, Reason> {
    usize::try_from(take_number(bytes, count)?).map_err(|_| fault(PickleFault::AbsurdLength))
}

fn take_line(bytes: &mut &[u8]) -> Result<String, Reason> {
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(|| fault(PickleFault::EndsEarly))?;
    let line = take(bytes, end + 1)?;
    Ok(String::from_utf8_lossy(&line[..end]).trim_end_matches('\r').to_owned())
}

/// The pickle virtual machine.
#[derive(Default)]
struct Machine {
    nodes: Vec<Node>,
    stack: Vec<Ref>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u64, Ref>,
}

impl Machine {
    /// Carries out one opcode; true at the end of the pickle.
    fn step(&mut self, bytes: &mut &[u8]) -> Result<bool, Reason> {
        let code = take(bytes, 1)?[0];
        match code {
            b'.' => return Ok(true),
            // Protocol and frame headers.
            0x80 => drop(take(bytes, 1)?),
            0x95 => drop(take(bytes, 8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'q' | b'r' | 0x94 => {
                let key = match code {
                    0x94 => self.memo.len() as u64,
                    _ => take_number(bytes, if code == b'q' { 1 } else { 4 })?,
                };
                let top = self.top()?;
                self.memo.insert(key, top);
            }
            b'h' | b'j' => {
                let key = take_number(bytes, if code == b'h' { 1 } else { 4 })?;
                let node = *self.memo.get(&key).ok_or_else(|| fault(PickleFault::UnknownObject))?;
                self.stack.push(node);
            }
            b'N' | 0x88 | 0x89 | 0x8f => self.push(Node::Other)?,
            b'G' => {
                take(bytes, 8)?;
                self.push(Node::Other)?;
            }
            b'K' | b'M' | b'J' | 0x8a => self.integer(code, bytes)?,
            b'X' | b'T' | b'U' | 0x8c | 0x8d => self.text(code, bytes)?,
            b'B' | b'C' => {
                let length = take_size(bytes, if code == b'B' { 4 } else { 1 })?;
                take(bytes, length)?;
                self.push(Node::Other)?;
            }
            b'c' => {
                let module = take_line(bytes)?;
                let name = take_line(bytes)?;
                self.push(Node::Global(format!("{module}.{name}")))?;
            }
            0x93 => {
                let [module, name] = self.pop_array()?;
                let global = match (&self.nodes[module], &self.nodes[name]) {
                    (Node::Text(module), Node::Text(name)) if module.len() + name.len() < MAX_NAME => {
                        format!("{module}.{name}")
                    }
                    _ => return Err(fault(PickleFault::BadClassName)),
                };
                self.push(Node::Global(global))?;
            }
            _ => self.step_container(code)?,
        }
        Ok(false)
    }

    /// The opcodes that take objects from the stack.
    fn step_container(&mut self, code: u8) -> Result<(), Reason> {
        match code {
            b')' | b']' => self.push(Node::Sequence(Vec::new())),
            b'}' => self.push(Node::Dict(Vec::new())),
            b't' | b'l' => {
                let items = self.pop_to_mark()?;
                self.push(Node::Sequence(items))
            }
            0x85..=0x87 => {
                let items = self.pop_many(usize::from(code - 0x84))?;
                self.push(Node::Sequence(items))
            }
            b'd' => {
                let items = self.pop_to_mark()?;
                self.push(Node::Dict(pairs(&items)))
            }
            b'a' | b'e' => {
                let items = if code == b'a' { self.pop_many(1)? } else { self.pop_to_mark()? };
                let top = self.top()?;
                if let Node::Sequence(list) = &mut self.nodes[top] {
                    list.extend(items);
                }
                Ok(())
            }
            b's' | b'u' => {
                let items = if code == b's' { self.pop_many(2)? } else { self.pop_to_mark()? };
                let top = self.top()?;
                if let Node::Dict(dict) = &mut self.nodes[top] {
                    dict.extend(pairs(&items));
                }
                Ok(())
            }
            // An object's attributes; of a state dict, its `_metadata`.
            b'b' => self.pop().map(drop),
            b'R' | 0x81 => {
                let [callable, arguments] = self.pop_array()?;
                let node = self.call(callable, arguments);
                self.push(node)
            }
            b'Q' => {
                let identity = self.pop()?;
                let node = self.storage(identity).map_or(Node::Other, Node::Storage);
                self.push(node)
            }
            _ => Err(fault(PickleFault::UnknownInstruction)),
        }
    }

    fn push(&mut self, node: Node) -> Result<(), Reason> {
        if self.nodes.len() == MAX_NODES {
            return Err(fault(PickleFault::TooManyObjects));
        }
        self.stack.push(self.nodes.len());
        self.nodes.push(node);
        Ok(())
    }

    fn top(&self) -> Result<Ref, Reason> {
        self.stack.last().copied().ok_or_else(|| fault(PickleFault::TooFewObjects))
    }

    fn pop(&mut self) -> Result<Ref, Reason> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<Ref>, Reason> {
        let height = self.stack.len().checked_sub(count);
        let height = height.ok_or_else(|| fault(PickleFault::TooFewObjects))?;
        Ok(self.stack.split_off(height))
    }

    fn pop_array<const N: usize>(&mut self) -> Result<[Ref; N], Reason> {
        let items = self.pop_many(N)?;
        Ok(items.try_into().expect("as many as asked for"))
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Ref>, Reason> {
        let height = self.marks.pop().filter(|height| *height <= self.stack.len());
        let height = height.ok_or_else(|| fault(PickleFault::UnbegunGroup))?;
        Ok(self.stack.split_off(height))
    }

    fn integer(&mut self, code: u8, bytes: &mut &[u8]) -> Result<(), Reason> {
        let count = match code {
            b'K' => 1,
            b'M' => 2,
            b'J' => 4,
            _ => take_size(bytes, 1)?,
        };
        if count > 8 {
            take(bytes, count)?;
            return self.push(Node::Other);
        }
        let number = take_number(bytes, count)?.cast_signed();
        // The short forms are unsigned, the others two's complement.
        let unused = if count == 0 || matches!(code, b'K' | b'M') { 0 } else { 64 - 8 * count };
        self.push(Node::Integer(number << unused >> unused))
    }

    fn text(&mut self, code: u8, bytes: &mut &[u8]) -> Result<(), Reason> {
        let width = match code {
            b'U' | 0x8c => 1,
            0x8d => 8,
            _ => 4,
        };
        let length = take_size(bytes, width)?;
        let text = String::from_utf8_lossy(take(bytes, length)?).into_owned();
        self.push(Node::Text(text))
    }

    /// What a call gives, for the few that build state dicts.
    fn call(&self, callable: Ref, arguments: Ref) -> Node {
        let (Node::Global(name), Node::Sequence(arguments)) = (&self.nodes[callable], &self.nodes[arguments]) else {
            return Node::Other;
        };
        match (name.as_str(), arguments.as_slice()) {
            ("collections.OrderedDict" | "collections.defaultdict", _) => Node::Dict(Vec::new()),
            ("torch._utils._rebuild_parameter" | "torch._utils._rebuild_parameter_with_state", [data, ..]) => {
                match &self.nodes[*data] {
                    Node::Tensor(tensor) => Node::Tensor(tensor.clone()),
                    _ => Node::Other,
                }
            }
            ("torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_tensor", arguments) => {
                self.tensor(arguments).map_or(Node::Other, Node::Tensor)
            }
            // A subclass of Tensor: function, class, arguments, state. One level only, so that no pickle can recurse.
            ("torch._tensor._rebuild_from_type_v2", [_, _, arguments, ..]) => match &self.nodes[*arguments] {
                Node::Sequence(arguments) => self.tensor(arguments).map_or(Node::Other, Node::Tensor),
                _ => Node::Other,
            },
            _ => Node::Other,
        }
    }

    fn tensor(&self, arguments: &[Ref]) -> Option<Tensor> {
        let [storage, offset, shape, strides, ..] = arguments else {
            return None;
        };
        let Node::Storage(storage) = &self.nodes[*storage] else {
            return None;
        };
        Some(Tensor {
            storage: storage.clone(),
            offset: self.size(*offset)?,
            shape: self.sizes(*shape)?,
            strides: self.sizes(*strides)?,
        })
    }

    /// A persistent identity: `("storage", class, key, location, count)`.
    fn storage(&self, identity: Ref) -> Option<Storage> {
        let Node::Sequence(parts) = &self.nodes[identity] else {
            return None;
        };
        let [kind, class, key, ..] = parts.as_slice() else {
            return None;
        };
        match (&self.nodes[*kind], &self.nodes[*class], &self.nodes[*key]) {
            (Node::Text(kind), Node::Global(class), Node::Text(key))
                if kind == "storage" && key.len() <= MAX_NAME && class.len() <= MAX_NAME =>
            {
                Some(Storage { class: class.clone(), key: key.clone() })
            }
            _ => None,
        }
    }

    fn size(&self, at: Ref) -> Option<usize> {
        match &self.nodes[at] {
            Node::Integer(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }

    fn sizes(&self, at: Ref) -> Option<Vec<usize>> {
        match &self.nodes[at] {
            Node::Sequence(items) if items.len() <= MAX_RANK => items.iter().map(|item| self.size(*item)).collect(),
            _ => None,
        }
    }
}

fn pairs(items: &[Ref]) -> Vec<(Ref, Ref)> {
    items.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}
