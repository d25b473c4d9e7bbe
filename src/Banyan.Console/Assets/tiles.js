// Reads a log in the layout of C2SP tlog-tiles, and takes proofs and roots from its tiles. What a server says is never believed:
// every hash that is used is checked against a signed checkpoint by whoever calls (see proof.js).

import { decode, hashChildren, leafHash } from './proof.js'

const width = 256

/** The path of a tile or of an entry bundle: level is a number or 'entries'; partial is its width where it is not full. */
export function tilePath(level, index, partial) {
  let rest = index, path = String(rest % 1000n).padStart(3, '0')
  for (rest /= 1000n; rest > 0n; rest /= 1000n) path = `x${String(rest % 1000n).padStart(3, '0')}/${path}`
  return `tile/${level}/${path}${partial ? `.p/${partial}` : ''}`
}

/** A log as it was at a size; get(path) brings bytes. */
export class TileLog {
  #get
  #tiles = new Map()

  constructor(size, get) {
    this.size = size
    this.#get = get
  }

  /** A leaf's bytes. */
  async leaf(index) {
    const bytes = await this.#tile('entries', index / BigInt(width), this.size)
    let at = 0
    for (let skip = Number(index % BigInt(width)); skip > 0; skip--) at += 2 + length(bytes, at)
    const end = at + 2 + length(bytes, at)
    if (end > bytes.length) throw new Error('an entry bundle is cut off')
    return bytes.slice(at + 2, end)
  }

  /** The root of the tree of the first so many leaves. */
  root(size = this.size) {
    return this.#range(0n, size)
  }

  /** The audit path of a leaf, from its sibling up (RFC 6962 section 2.1.1). */
  async path(index) {
    const path = []
    let from = 0n, to = this.size
    while (to - from > 1n) {
      const middle = from + split(to - from)
      if (index < middle) {
        path.unshift(await this.#range(middle, to))
        to = middle
      } else {
        path.unshift(await this.#range(from, middle))
        from = middle
      }
    }
    return path
  }

  async #range(from, to) {
    const count = to - from
    const level = count.toString(2).length - 1
    if (count === 1n << BigInt(level) && from % count === 0n) return this.#node(level, from >> BigInt(level))
    const middle = from + split(count)
    return hashChildren(await this.#range(from, middle), await this.#range(middle, to))
  }

  // The hash of a whole subtree: read from the tile that holds it, or made of what the tile holds below it.
  async #node(level, index) {
    const below = level % 8
    const row = Math.floor(level / 8)
    const first = index << BigInt(below)
    const tile = await this.#tile(row, first / BigInt(width), this.size >> BigInt(8 * row))
    const start = Number(first % BigInt(width)) * 32
    if (start + (32 << below) > tile.length) throw new Error('a tile is too short')
    let hashes = Array.from({ length: 1 << below }, (_, i) => tile.slice(start + i * 32, start + i * 32 + 32))
    while (hashes.length > 1) hashes = await Promise.all(Array.from({ length: hashes.length / 2 }, (_, i) => hashChildren(hashes[2 * i], hashes[2 * i + 1])))
    return hashes[0]
  }

  #tile(level, index, count) {
    const whole = (index + 1n) * BigInt(width) <= count
    const path = tilePath(level, index, whole ? 0 : Number(count % BigInt(width)))
    if (!this.#tiles.has(path)) this.#tiles.set(path, this.#get(path))
    return this.#tiles.get(path)
  }
}

/** What a leaf says. */
export async function readLeaf(bytes) {
  const leaf = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  return { ...leaf, commitment: decode(leaf.commitment), hash: await leafHash(bytes) }
}

// The largest power of two that is smaller than n (n > 1).
function split(n) {
  return 1n << BigInt((n - 1n).toString(2).length - 1)
}

function length(bytes, at) {
  if (at + 2 > bytes.length) throw new Error('an entry bundle is cut off')
  return bytes[at] << 8 | bytes[at + 1]
}
