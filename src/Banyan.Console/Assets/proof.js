// Verifies a proof of the log, in the browser and with the browser's own cryptography: RFC 6962 section 2.1 (tree and
// audit path, as in RFC 9162 section 2.1.3.2), C2SP signed-note, tlog-proof and tlog-cosignature. Asks no server.

const text = new TextEncoder()
const dash = '— '

/** The hash of a leaf: SHA-256(0x00 || leaf). */
export async function leafHash(leaf) {
  return sha256(concat([0], leaf))
}

/** The hash of a node: SHA-256(0x01 || left || right). */
export async function hashChildren(left, right) {
  return sha256(concat([1], left, right))
}

/** The root that a leaf's audit path leads to; throws where the path doesn't fit the index and the size. */
export async function rootOf(index, size, leaf, path) {
  if (!(index >= 0n && index < size)) throw new Error(`entry ${index} is not in a tree of ${size}`)
  let at = index, last = size - 1n, hash = leaf
  for (const sibling of path) {
    if (sibling.length !== 32) throw new Error('a hash of the path is not of 32 bytes')
    if (last === 0n) throw new Error('the path is too long')
    if (at & 1n || at === last) {
      hash = await hashChildren(sibling, hash)
      while (!(at & 1n) && at !== 0n) { at >>= 1n; last >>= 1n }
    } else {
      hash = await hashChildren(hash, sibling)
    }
    at >>= 1n
    last >>= 1n
  }
  if (last !== 0n) throw new Error('the path is too short')
  return hash
}

/** Reads a tlog-proof: its index, its path and its checkpoint. */
export function readProof(source) {
  const split = source.indexOf('\n\n')
  if (split < 0) throw new Error('the proof has no checkpoint')
  const lines = source.slice(0, split).split('\n')
  if (lines.shift() !== 'c2sp.org/tlog-proof@v1') throw new Error('this is no tlog-proof')
  if (lines[0]?.startsWith('extra ')) lines.shift()
  const index = /^index (0|[1-9][0-9]*)$/.exec(lines.shift() ?? '')
  if (!index) throw new Error('the proof names no entry')
  return { index: BigInt(index[1]), path: lines.map(decode), checkpoint: readCheckpoint(source.slice(split + 2)) }
}

/** Reads a checkpoint: a signed note whose first lines are origin, size and root. */
export function readCheckpoint(source) {
  const split = source.lastIndexOf('\n\n')
  if (split < 0) throw new Error('the checkpoint has no signatures')
  const body = source.slice(0, split + 1)
  const [origin, size, root] = body.split('\n')
  if (!origin || !/^(0|[1-9][0-9]*)$/.test(size ?? '')) throw new Error('the checkpoint names no log or no size')
  const signatures = source.slice(split + 2).split('\n').filter(line => line.length > 0).map(line => {
    const space = line.indexOf(' ', dash.length)
    if (!line.startsWith(dash) || space < 0) throw new Error('a signature line is malformed')
    return { name: line.slice(dash.length, space), bytes: decode(line.slice(space + 1)) }
  })
  return { body, origin, size: BigInt(size), root: decode(root), signatures }
}

/** Reads a verifier key: name+hash+base64(type || key). */
export function readKey(source) {
  const [name, id, ...rest] = source.trim().split('+')
  const bytes = decode(rest.join('+'))
  if (!/^[0-9a-f]{8}$/.test(id ?? '') || bytes.length !== 33) throw new Error(`${name} is no Ed25519 verifier key`)
  return { name, id, type: bytes[0], key: bytes.slice(1) }
}

/** The same key under another name. */
export async function renamed(key, name) {
  return { ...key, name, id: await keyId({ ...key, name }) }
}

/** Which of the keys signed the checkpoint: [{ name, id, log, at }], where log says whether it is a key of the log, at when a witness signed. */
export async function signersOf(checkpoint, keys) {
  const found = []
  for (const { name, bytes } of checkpoint.signatures) {
    const id = hex(bytes.slice(0, 4))
    const key = keys.find(k => k.name === name && k.id === id)
    if (!key || (await keyId(key)) !== id) continue
    if (key.type === 1 && bytes.length === 68 && await ed25519(key.key, bytes.slice(4), text.encode(checkpoint.body))) {
      found.push({ name, id, log: true })
    } else if (key.type === 4 && bytes.length === 76) {
      const at = new DataView(bytes.buffer, bytes.byteOffset + 4, 8).getBigUint64(0)
      const message = text.encode(`cosignature/v1\ntime ${at}\n${checkpoint.body}`)
      if (await ed25519(key.key, bytes.slice(12), message)) found.push({ name, id, log: false, at: new Date(Number(at) * 1000) })
    }
  }
  return found
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

export function same(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i])
}

export function hex(bytes) {
  return Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('')
}

export function decode(base64) {
  return Uint8Array.from(atob(base64), c => c.charCodeAt(0))
}

async function keyId({ name, type, key }) {
  return hex((await sha256(concat(text.encode(`${name}\n`), [type], key))).slice(0, 4))
}

async function ed25519(key, signature, message) {
  const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify'])
  return crypto.subtle.verify('Ed25519', imported, signature, message)
}

function concat(...parts) {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const part of parts) { all.set(part, at); at += part.length }
  return all
}
