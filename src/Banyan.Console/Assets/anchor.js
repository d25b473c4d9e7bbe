// Verifies the evidence of an anchor, in the browser: from the contract's event over the receipt and the block's root of receipts
// to the block's hash (RLP, Merkle-Patricia trie, EIP-2718). Asks no server. That the chain has the block is not to be seen from here.

import { keccak256 } from './keccak.js'
import { hex, same } from './proof.js'

const text = new TextEncoder()
const anchored = keccak256(text.encode('Anchored(bytes32,uint64,bytes32,address)'))

/** Checks evidence against what is expected: { log, root (bytes), size (BigInt) }, and the contract that the keys name, where they do. Throws what is wrong; gives { at, block, hash, proven }. */
export function checkAnchor(evidence, expected, trusted) {
  const { proof } = evidence
  const raw = bytes(proof.header)
  const header = decodeRlp(raw).list
  if (!header || header.length < 12) throw new Error('the block\'s header is none')
  const hash = keccak256(raw)
  if (!same(hash, bytes(evidence.block_hash))) throw new Error('the header is not that of the block\'s hash')
  if (number(header[8]) !== BigInt(evidence.block)) throw new Error('the header is of another block')
  const at = new Date(Number(number(header[11])) * 1000)
  if (at.getTime() !== Date.parse(evidence.at)) throw new Error('the block was made at another time')
  const key = indexKey(proof.index)
  const event = eventOf(find(header[5].bytes, key, proof.receipt), proof.event)
  if (trusted && (trusted.chain !== evidence.chain || trusted.contract.toLowerCase() !== evidence.contract.toLowerCase())) throw new Error('it is of another contract than the platform\'s')
  if (!same(event.address, bytes(evidence.contract))) throw new Error('the event is of another contract')
  if (event.topics.length !== 4 || !same(event.topics[0], anchored)) throw new Error('the event is not that of an anchor')
  if (!same(event.topics[1], keccak256(text.encode(expected.log)))) throw new Error('the anchor is of another log')
  if (toNumber(event.topics[2]) !== expected.size || !same(event.data, expected.root)) throw new Error('another tree is anchored in that block')
  if (proof.transaction.length > 0 && !same(keccak256(find(header[4].bytes, key, proof.transaction)), bytes(evidence.transaction))) throw new Error('the transaction is another')
  return { at, block: number(header[8]), hash: hex(hash), proven: proof.transaction.length > 0 }
}

/** What a trie has at a key, by the nodes from its root to it. */
export function find(root, key, nodes) {
  const path = halves(key)
  const rest = nodes.map(bytes)
  let expected = root, node, at = 0
  while (true) {
    if (!node) {
      const raw = rest.shift()
      if (!raw || !same(keccak256(raw), expected)) throw new Error('a node of the proof is not the one that the hash above it is of')
      node = decodeRlp(raw)
    }
    const items = node.list
    let next
    if (items?.length === 17) {
      if (at === path.length) return value(items[16], rest)
      next = items[path[at++]]
    } else if (items?.length === 2) {
      const packed = halves(items[0].bytes)
      const own = packed.slice(packed[0] & 1 ? 1 : 2)
      if (!own.every((half, i) => half === path[at + i])) throw new Error('the proof leads to another key')
      at += own.length
      if (packed[0] & 2) {
        if (at !== path.length) throw new Error('the proof leads to another key')
        return value(items[1], rest)
      }
      next = items[1]
    } else {
      throw new Error('a node of the proof is none of a trie')
    }
    node = next.list ? next : undefined
    if (!node && next.bytes.length !== 32) throw new Error('the proof shows that there is nothing')
    expected = next.bytes
  }
}

/** Reads RLP: { bytes } or { list }. */
export function decodeRlp(source) {
  const [item, end] = read(source, 0)
  if (end !== source.length) throw new Error('something follows what is encoded')
  return item
}

function read(source, at) {
  if (at >= source.length) throw new Error('what is encoded is cut off')
  const first = source[at]
  if (first < 0x80) return [{ bytes: source.slice(at, at + 1) }, at + 1]
  const isList = first >= 0xc0
  let length = first - (isList ? 0xc0 : 0x80), start = at + 1
  if (length > 55) {
    const size = length - 55
    if (size > 4) throw new Error('what is encoded is too long')
    length = Number(toNumber(source.slice(start, start + size)))
    start += size
  }
  const end = start + length
  if (end > source.length) throw new Error('what is encoded is cut off')
  if (!isList) return [{ bytes: source.slice(start, end) }, end]
  const list = []
  for (let next = start; next < end;) {
    const [item, after] = read(source, next)
    if (after > end) throw new Error('what is encoded is cut off')
    list.push(item)
    next = after
  }
  return [{ list }, end]
}

// A log of a receipt whose transaction succeeded.
function eventOf(receipt, index) {
  const [status, , , logs] = decodeRlp(receipt[0] < 0xc0 ? receipt.slice(1) : receipt).list ?? []
  if (!status || number(status) !== 1n) throw new Error('the transaction failed')
  const log = logs.list?.[index]?.list
  if (!log || log.length !== 3) throw new Error('the receipt has no such event')
  return { address: log[0].bytes, topics: log[1].list.map(t => t.bytes), data: log[2].bytes }
}

function value(item, rest) {
  if (rest.length > 0) throw new Error('the proof has nodes that are not on the way')
  if (!item.bytes?.length) throw new Error('the proof shows that there is nothing')
  return item.bytes
}

function indexKey(index) {
  if (index === 0) return [0x80]
  if (index < 0x80) return [index]
  const big = []
  for (let rest = index; rest > 0; rest = Math.floor(rest / 256)) big.unshift(rest % 256)
  return [0x80 + big.length, ...big]
}

function halves(key) {
  return Array.from(key).flatMap(b => [b >> 4, b & 15])
}

function number(item) {
  return toNumber(item.bytes)
}

function toNumber(source) {
  return source.reduce((n, b) => n << 8n | BigInt(b), 0n)
}

function bytes(source) {
  if (!/^0x([0-9a-f]{2})*$/i.test(source ?? '')) throw new Error('something is not hex')
  return Uint8Array.from(source.slice(2).match(/../g) ?? [], b => parseInt(b, 16))
}
