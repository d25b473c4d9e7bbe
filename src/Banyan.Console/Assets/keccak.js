// Keccak-256 as Ethereum uses it: the original padding (0x01), which browsers' own cryptography does not have.

const mask = (1n << 64n) - 1n
const rate = 136
const constants = roundConstants()
const offsets = rotations()

/** The hash of bytes: 32 bytes. */
export function keccak256(bytes) {
  const padded = new Uint8Array((Math.floor(bytes.length / rate) + 1) * rate)
  padded.set(bytes)
  padded[bytes.length] ^= 1
  padded[padded.length - 1] ^= 0x80
  const view = new DataView(padded.buffer)
  const lanes = Array(25).fill(0n)
  for (let at = 0; at < padded.length; at += rate) {
    for (let i = 0; i < rate / 8; i++) lanes[i] ^= view.getBigUint64(at + 8 * i, true)
    permute(lanes)
  }
  const hash = new DataView(new ArrayBuffer(32))
  for (let i = 0; i < 4; i++) hash.setBigUint64(8 * i, lanes[i], true)
  return new Uint8Array(hash.buffer)
}

function permute(a) {
  for (const constant of constants) {
    const c = [0, 1, 2, 3, 4].map(x => a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20])
    for (let x = 0; x < 5; x++) {
      const d = c[(x + 4) % 5] ^ rotate(c[(x + 1) % 5], 1n)
      for (let y = 0; y < 25; y += 5) a[x + y] ^= d
    }
    const b = Array(25)
    for (let x = 0; x < 5; x++) for (let y = 0; y < 5; y++) b[y + 5 * ((2 * x + 3 * y) % 5)] = rotate(a[x + 5 * y], offsets[x + 5 * y])
    for (let y = 0; y < 25; y += 5) for (let x = 0; x < 5; x++) a[x + y] = b[x + y] ^ (~b[(x + 1) % 5 + y] & mask & b[(x + 2) % 5 + y])
    a[0] ^= constant
  }
}

function rotate(lane, by) {
  return by === 0n ? lane : (lane << by | lane >> 64n - by) & mask
}

function rotations() {
  const all = Array(25).fill(0n)
  let x = 1, y = 0
  for (let t = 0; t < 24; t++) {
    all[x + 5 * y] = BigInt((t + 1) * (t + 2) / 2 % 64);
    [x, y] = [y, (2 * x + 3 * y) % 5]
  }
  return all
}

function roundConstants() {
  let register = 1
  return Array.from({ length: 24 }, () => {
    let constant = 0n
    for (let j = 0; j < 7; j++) {
      if (register & 1) constant |= 1n << (1n << BigInt(j)) - 1n
      register = register << 1 ^ (register >> 7) * 0x171
    }
    return constant
  })
}
