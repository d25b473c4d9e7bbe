// The log's page: finds a change and follows it from its entry to the checkpoint and the anchor on the chain, verifying each step here.

import { checkAnchor } from './anchor.js'
import { decode, hex, readCheckpoint, readKey, readProof, renamed, rootOf, same, signersOf } from './proof.js'
import { readLeaf, TileLog } from './tiles.js'

const page = document.getElementById('explorer')
const result = document.getElementById('life')
const input = document.getElementById('find-text')
const partitions = JSON.parse(page.dataset.partitions)
const receipt = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const entry = /^([a-z0-9-]+)[/:]([1-9][0-9]{0,17})$/
const sized = /^([a-z0-9-]+)@([1-9][0-9]{0,17})$/
const hash = /^(0x)?[0-9a-f]{64}$/i
const base64 = /^[A-Za-z0-9+/]{43}=$/
let trust
let asked = 0

start()

async function start() {
  try {
    trust = readTrust(JSON.parse(await text('/log/v1/keys')))
  } catch (error) {
    return say('bad', `The log's keys could not be read: ${error.message}`)
  }
  for (const { region, key } of trust.witnesses) show('keys', 'li', region, ' witnesses with ', code(key.id))
  if (trust.anchors) show('keys', 'li', `chain ${trust.anchors.chain}`, ' has anchors in contract ', code(trust.anchors.contract))
  for (const { partition, writers } of trust.logs) for (const { region, key } of writers) show('keys', 'li', region, ` may write ${partition} with `, code(key.id))
  await Promise.all(partitions.map(summary))
  document.getElementById('find').addEventListener('submit', event => {
    event.preventDefault()
    history.replaceState(null, '', `?q=${encodeURIComponent(input.value.trim())}`)
    find(input.value.trim())
  })
  const first = new URLSearchParams(location.search).get('q')
  if (first) {
    input.value = first
    find(first)
  }
}

// A row of the table: the newest checkpoint of a partition's log.
async function summary(partition) {
  const row = document.getElementById(`log-${partition}`)
  try {
    const { checkpoint, writer, witnesses, enough } = await newest(partition)
    fill(row, 'size', checkpoint.size.toLocaleString('en'))
    fill(row, 'root', hex(checkpoint.root).slice(0, 16) + '…')
    fill(row, 'signed', writer ? `valid, by ${writer}` : 'not valid', Boolean(writer))
    fill(row, 'cosigned', witnesses.length ? witnesses.map(w => w.region).join(', ') : 'nobody yet', enough)
    fill(row, 'at', witnesses.length ? time(new Date(Math.max(...witnesses.map(w => w.at)))) : '–')
    fill(row, 'anchored', '…')
    const { list, why } = await anchors(partition, 'limit=1')
    const newestAnchor = list?.anchors[0]
    fill(row, 'anchored', newestAnchor ? `${BigInt(newestAnchor.size).toLocaleString('en')} in block ${newestAnchor.block.toLocaleString('en')}` : why ?? (trust.anchors ? 'nothing yet' : '–'))
  } catch (error) {
    fill(row, 'size', '–')
    fill(row, 'signed', error.message, false)
  }
}

async function find(query) {
  const mine = ++asked
  result.replaceChildren()
  say('busy', 'Looking …')
  try {
    const found = await locate(query)
    if (mine !== asked) return
    if (!found) return say('bad', 'Nothing is found by that. A receipt is in the Banyan-Receipt header of the answer to a change; an entry is named by partition and position, such as ' + partitions[0] + '/1, a checkpoint by partition and size, such as ' + partitions[0] + '@300, or by its root; a transaction of the chain by its hash.')
    const steps = await (found.size ? treeLife(found) : life(found))
    if (mine !== asked) return
    const failed = steps.filter(s => s.state === 'bad')
    say(failed.length ? 'bad' : 'good', failed.length ? `This proof does NOT hold: ${failed.map(s => s.name.toLowerCase()).join(', ')}` : 'Verified here, in your browser: every hash and signature below was computed anew.')
    result.replaceChildren(...steps.map(draw))
  } catch (error) {
    if (mine === asked) say('bad', `It could not be verified: ${error.message}`)
  }
}

// Where a query is: { partition, index, receipt } of an entry, { partition, size, root, transaction } of a tree; null where nothing is found.
async function locate(query) {
  const named = entry.exec(query)
  if (named) return partitions.includes(named[1]) ? { partition: named[1], index: BigInt(named[2]) - 1n } : null
  const tree = sized.exec(query)
  if (tree) return partitions.includes(tree[1]) ? { partition: tree[1], size: BigInt(tree[2]) } : null
  if (hash.test(query) || base64.test(query)) return locateHash(query)
  if (!receipt.test(query)) return null
  const places = await Promise.all(partitions.map(async partition => {
    const answer = await fetch(`${address(partition)}proofs/${query.toLowerCase()}`, { headers: { accept: 'text/plain' } })
    if (answer.status === 404) {
      const problem = await answer.json()
      if (problem.type?.endsWith('proof-pending')) throw new Error(problem.detail)
      return null
    }
    if (!answer.ok) throw new Error(`${partition} answers ${answer.status}`)
    return { partition, index: readProof(await answer.text()).index, receipt: query.toLowerCase() }
  }))
  return places.find(p => p) ?? null
}

// A hash is a transaction's of the chain, or a root: of a newest checkpoint, or of one that is anchored.
async function locateHash(query) {
  if (query.startsWith('0x')) {
    const found = await searchAnchors(`transaction=${query.toLowerCase()}`)
    if (found) return { ...found, transaction: query.toLowerCase() }
  }
  const root = base64.test(query) ? decode(query) : Uint8Array.from(query.replace(/^0x/i, '').match(/../g), b => parseInt(b, 16))
  const heads = await Promise.all(partitions.map(async partition => ({ partition, ...await newest(partition).catch(() => ({})) })))
  const head = heads.find(h => h.checkpoint && same(h.checkpoint.root, root))
  if (head) return { partition: head.partition, size: head.checkpoint.size, root }
  const found = await searchAnchors(`root=${hex(root)}`)
  return found && { ...found, root }
}

// The first anchor that any log has by a query.
async function searchAnchors(query) {
  const lists = await Promise.all(partitions.map(async partition => ({ partition, ...await anchors(partition, query) })))
  const found = lists.find(l => l.list?.anchors.length)
  if (found) return { partition: found.partition, size: BigInt(found.list.anchors[0].size) }
  const away = lists.find(l => l.away)
  if (away) throw new Error(away.why)
  return null
}

// Anchors of a log as its cell has them of the chain: { list } or { why, away }. A chain that is away is no mistake of the log's.
async function anchors(partition, query) {
  if (!trust.anchors) return { why: 'the platform has no chain' }
  const answer = await fetch(`${address(partition)}anchors?${query}`, { cache: 'no-store' }).catch(() => null)
  if (answer?.ok) return { list: await answer.json() }
  const problem = await answer?.json().catch(() => null)
  return { why: answer?.status === 503 ? 'the chain does not answer' : problem?.detail ?? 'the cell does not answer', away: true }
}

// The steps of a change's life, each with what it shows and whether it holds.
async function life({ partition, index, receipt }) {
  const { checkpoint, writer, witnesses, enough, tile } = await newest(partition)
  if (index >= checkpoint.size) throw new Error(`the newest checkpoint of ${partition} covers ${checkpoint.size} entries; this one is not in it yet`)
  const log = new TileLog(checkpoint.size, tile)
  const raw = await log.leaf(index)
  const leaf = await readLeaf(raw)
  const path = await log.path(index)
  const root = await rootOf(index, checkpoint.size, leaf.hash, path)
  const mine = leaf.partition === partition && BigInt(leaf.position) === index + 1n && (!receipt || leaf.id === receipt)
  const anchored = await anchorStep(partition, `entry=${index + 1n}`, checkpoint, async size => {
    const before = new TileLog(size, tile)
    return { root: await rootOf(index, size, leaf.hash, await before.path(index)), about: `the leaf is in the anchored tree of ${size.toLocaleString('en')} entries` }
  }, new Date(leaf.recorded_at))
  // Integration and signature have no time of their own in the log; witnesses and the chain saw them done.
  const seen = [witnesses.length ? new Date(Math.max(...witnesses.map(w => w.at))) : null, anchored?.at].filter(Boolean)
  const by = seen.length ? `by ${time(new Date(Math.min(...seen)))}` : undefined
  return [
    { name: 'Change', state: 'good', when: time(new Date(leaf.recorded_at)), about: `${leaf.type}`, rows: [['written', leaf.recorded_at], ['topic', leaf.topic], ['receipt', leaf.id]] },
    { name: 'Entry', state: mine ? 'good' : 'bad', about: mine ? 'at its place in the journal' : 'the leaf is of another entry', rows: [['partition', leaf.partition], ['position', String(leaf.position)], ['epoch', String(leaf.epoch)]] },
    { name: 'Leaf', state: 'good', about: 'what the log holds of it: a salted commitment in place of the content', rows: [['commitment', hex(leaf.commitment)], ['hash', hex(leaf.hash)]], raw: new TextDecoder().decode(raw) },
    { name: 'Tree', state: same(root, checkpoint.root) ? 'good' : 'bad', when: by, about: `${path.length} hashes lead from the leaf to the root of ${checkpoint.size.toLocaleString('en')} entries`, rows: [['root computed', hex(root)], ['root signed', hex(checkpoint.root)]] },
    ...checkpointSteps({ checkpoint, writer, witnesses, enough }, by),
    ...anchored ? [anchored] : [],
  ]
}

// The steps of a tree: that the newest checkpoint's begins with it, and where it is anchored.
async function treeLife({ partition, size, root, transaction }) {
  const judged = await newest(partition)
  const { checkpoint, tile } = judged
  if (size > checkpoint.size) throw new Error(`the newest checkpoint of ${partition} is of ${checkpoint.size} entries`)
  const log = new TileLog(checkpoint.size, tile)
  const whole = await log.root()
  const computed = await log.root(size)
  const holds = same(whole, checkpoint.root) && (!root || same(computed, root))
  const anchored = await anchorStep(partition, transaction ? `transaction=${transaction}` : `entry=${size}`, checkpoint, async of => ({ root: await log.root(of), about: `the log's tree begins with the ${of.toLocaleString('en')} entries that are anchored` }))
  return [
    { name: 'Tree', state: holds ? 'good' : 'bad', about: size === checkpoint.size ? `the newest, of ${size.toLocaleString('en')} entries` : `of ${size.toLocaleString('en')} entries; the newest of ${checkpoint.size.toLocaleString('en')} begins with it`, rows: [['log', checkpoint.origin], ['root computed', hex(computed)], ...root ? [['root asked for', hex(root)]] : [], ['root signed', hex(checkpoint.root)]] },
    ...checkpointSteps(judged),
    ...anchored ? [anchored] : [],
  ]
}

function checkpointSteps({ checkpoint, writer, witnesses, enough }, by) {
  return [
    { name: 'Checkpoint', state: writer ? 'good' : 'bad', when: by, about: writer ? `signed by ${writer}, which may write this log` : 'nobody who may write this log signed it', rows: [['log', checkpoint.origin], ['size', checkpoint.size.toLocaleString('en')]] },
    { name: 'Witnesses', state: enough ? 'good' : 'open', when: witnesses.length ? time(new Date(Math.max(...witnesses.map(w => w.at)))) : undefined, about: enough ? 'enough other regions saw this tree, and that it had only grown' : `${witnesses.length} of ${trust.quorum} that are needed have cosigned`, rows: witnesses.map(w => [w.region, time(w.at)]) },
  ]
}

// The step on the chain: undefined where the platform has none. rootAt(size) gives the root that an anchor of that size must have.
async function anchorStep(partition, query, checkpoint, rootAt, since) {
  if (!trust.anchors) return undefined
  const open = about => ({ name: 'Anchor', state: 'open', about, rows: [] })
  const { list, why } = await anchors(partition, query)
  if (!list) return open(`${why}: what is signed and witnessed holds without it`)
  const found = list.anchors[0]
  if (!found) return open('no anchor covers it yet; the next comes with the next round')
  const bad = about => ({ name: 'Anchor', state: 'bad', about, rows: [['transaction', found.transaction], ['block', `${found.block} · ${found.block_hash}`]] })
  const size = BigInt(found.size)
  if (size > checkpoint.size) return bad(`${size.toLocaleString('en')} entries are anchored, and the log shows ${checkpoint.size.toLocaleString('en')}`)
  const { root, about } = await rootAt(size)
  if (!same(root, decode(found.root))) return bad('another tree is anchored: the log was forked or altered, or a false checkpoint was anchored')
  const answer = await fetch(`${address(partition)}anchors/${found.size}`, { cache: 'no-store' }).catch(() => null)
  if (!answer?.ok) return open('the chain has it, and its evidence can\'t be had now: the chain does not answer')
  const evidence = await answer.json()
  let proven
  try {
    proven = checkAnchor(evidence, { log: checkpoint.origin, root, size }, trust.anchors)
  } catch (error) {
    return bad(`its evidence does not hold: ${error.message}`)
  }
  const later = since ? Math.max(0, Math.round((proven.at - since) / 1000)) : undefined
  return {
    name: 'Anchor', state: 'good', at: proven.at, when: time(proven.at), about: `${about}${later === undefined ? '' : `, ${later} s after the change`}`,
    rows: [['transaction', evidence.transaction + (proven.proven ? '' : ' (named, not proven)')], ['block', `${proven.block} · 0x${proven.hash}`], ['contract', `${evidence.contract} on chain ${evidence.chain}`], ['checked here', 'from the contract\'s event over receipt and header to the block\'s hash'], ['not checked here', 'that this block is one of the chain\'s: ask any node of it, as below']],
    more: ['Ask a node of the chain', `curl -s NODE -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByHash","params":["0x${proven.hash}",false]}'`],
  }
}

// A partition's newest checkpoint, judged by the keys: a region is no witness of what it wrote itself.
async function newest(partition) {
  const first = trust.logs.find(l => l.partition === partition)
  if (!first) throw new Error('the platform has no key of its log')
  const checkpoint = readCheckpoint(await text(`${address(partition)}checkpoint`))
  const log = await following(first, checkpoint.origin)
  const signers = checkpoint.origin === log.origin ? await signersOf(checkpoint, [...log.writers, ...trust.witnesses].map(p => p.key)) : []
  const regionOf = (parties, signer) => parties.find(p => p.key.name === signer.name && p.key.id === signer.id)?.region
  const writer = signers.filter(s => s.log).map(s => regionOf(log.writers, s)).find(Boolean)
  const witnesses = signers.filter(s => !s.log).map(s => ({ region: regionOf(trust.witnesses, s), at: s.at })).filter(w => w.region && w.region !== writer)
  return { checkpoint, writer, witnesses, enough: witnesses.length >= trust.quorum, tile: path => bytes(address(partition) + log.below + path) }
}

// A log that follows one which could not be continued (docs/log-keys.md): the same keys under its name, its tiles below its number.
async function following(log, origin) {
  const number = origin.startsWith(`${log.origin}/`) ? origin.slice(log.origin.length + 1) : ''
  if (!/^([2-9]|[1-9][0-9])$/.test(number)) return { ...log, below: '' }
  return { ...log, origin, below: `${number}/`, writers: await Promise.all(log.writers.map(async w => ({ ...w, key: await renamed(w.key, origin) }))) }
}

function readTrust({ quorum, logs, witnesses, anchors }) {
  const party = ({ region, key }) => ({ region, key: readKey(key) })
  return { quorum, anchors, logs: logs.map(l => ({ ...l, writers: l.writers.map(party) })), witnesses: witnesses.map(party) }
}

function address(partition) {
  return `/regions/${partition}/log/v1/${partition}/`
}

async function text(path) {
  const answer = await fetch(path, { cache: 'no-store' })
  if (!answer.ok) throw new Error(answer.status === 404 ? 'it has no log yet' : `the answer is ${answer.status}`)
  return answer.text()
}

async function bytes(path) {
  const answer = await fetch(path)
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}`)
  return new Uint8Array(await answer.arrayBuffer())
}

function draw(step) {
  const item = element('li', `life-step life-${step.state}`)
  const words = { good: 'holds', bad: 'does not hold', open: 'still open' }
  item.append(icon(step.state), element('h3', '', step.name), element('span', 'sr', words[step.state]), element('p', 'step-about', step.about))
  if (step.when) item.append(element('p', 'step-when', step.when))
  const list = element('dl', 'step-facts')
  for (const [name, value] of step.rows) {
    const fact = element('dd')
    fact.append(code(value))
    list.append(element('dt', '', name), fact)
  }
  if (step.rows.length) item.append(list)
  for (const [title, content] of [step.raw && ['The leaf, as it is hashed', step.raw], step.more].filter(Boolean)) {
    const more = element('details')
    more.append(element('summary', '', title), element('pre', '', content))
    item.append(more)
  }
  return item
}

function icon(state) {
  const mark = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  mark.setAttribute('viewBox', '0 0 20 20')
  mark.setAttribute('aria-hidden', 'true')
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use')
  use.setAttribute('href', `#i-step-${state}`)
  mark.append(use)
  return mark
}

function say(state, what) {
  const line = document.getElementById('verdict')
  line.className = `verdict verdict-${state}`
  line.textContent = what
}

function fill(row, name, value, valid) {
  const cell = row.querySelector(`[data-cell=${name}]`)
  cell.textContent = value
  if (valid !== undefined) cell.className = valid ? 'cell-good' : 'cell-bad'
}

function show(id, tag, ...parts) {
  const item = element(tag)
  item.append(...parts)
  document.getElementById(id).append(item)
}

function element(tag, className = '', content) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (content !== undefined) made.textContent = content
  return made
}

function code(value) {
  return element('code', '', value)
}

function time(at) {
  return at.toISOString().replace('T', ' ').replace(/\.\d+Z$/, ' UTC')
}
