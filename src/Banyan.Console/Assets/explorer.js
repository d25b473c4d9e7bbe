// The log's page: finds a change and follows it from its entry to the checkpoint, verifying each step here.

import { hex, readCheckpoint, readKey, readProof, rootOf, same, signersOf } from './proof.js'
import { readLeaf, TileLog } from './tiles.js'

const page = document.getElementById('explorer')
const result = document.getElementById('life')
const input = document.getElementById('find-text')
const partitions = JSON.parse(page.dataset.partitions)
const receipt = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const entry = /^([a-z0-9-]+)[/:]([1-9][0-9]{0,18})$/
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
    if (!found) return say('bad', 'Nothing is found by that. A receipt is in the Banyan-Receipt header of the answer to a change; an entry is named by partition and position, such as ' + partitions[0] + '/1.')
    const steps = await life(found)
    if (mine !== asked) return
    const failed = steps.filter(s => s.state === 'bad')
    say(failed.length ? 'bad' : 'good', failed.length ? `This proof does NOT hold: ${failed.map(s => s.name.toLowerCase()).join(', ')}` : 'Verified here, in your browser: every hash and signature below was computed anew.')
    result.replaceChildren(...steps.map(draw))
  } catch (error) {
    if (mine === asked) say('bad', `It could not be verified: ${error.message}`)
  }
}

// Where a query is: { partition, index, receipt }; null where nothing is found.
async function locate(query) {
  const named = entry.exec(query)
  if (named) return partitions.includes(named[1]) ? { partition: named[1], index: BigInt(named[2]) - 1n } : null
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

// The steps of a change's life, each with what it shows and whether it holds.
async function life({ partition, index, receipt }) {
  const { checkpoint, writer, witnesses, enough } = await newest(partition)
  if (index >= checkpoint.size) throw new Error(`the newest checkpoint of ${partition} covers ${checkpoint.size} entries; this one is not in it yet`)
  const log = new TileLog(checkpoint.size, path => bytes(address(partition) + path))
  const raw = await log.leaf(index)
  const leaf = await readLeaf(raw)
  const path = await log.path(index)
  const root = await rootOf(index, checkpoint.size, leaf.hash, path)
  const mine = leaf.partition === partition && BigInt(leaf.position) === index + 1n && (!receipt || leaf.id === receipt)
  return [
    { name: 'Change', state: 'good', about: `${leaf.type}`, rows: [['written', leaf.recorded_at], ['topic', leaf.topic], ['receipt', leaf.id]] },
    { name: 'Entry', state: mine ? 'good' : 'bad', about: mine ? 'at its place in the journal' : 'the leaf is of another entry', rows: [['partition', leaf.partition], ['position', String(leaf.position)], ['epoch', String(leaf.epoch)]] },
    { name: 'Leaf', state: 'good', about: 'what the log holds of it: a salted commitment in place of the content', rows: [['commitment', hex(leaf.commitment)], ['hash', hex(leaf.hash)]], raw: new TextDecoder().decode(raw) },
    { name: 'Tree', state: same(root, checkpoint.root) ? 'good' : 'bad', about: `${path.length} hashes lead from the leaf to the root of ${checkpoint.size.toLocaleString('en')} entries`, rows: [['root computed', hex(root)], ['root signed', hex(checkpoint.root)]] },
    { name: 'Checkpoint', state: writer ? 'good' : 'bad', about: writer ? `signed by ${writer}, which may write this log` : 'nobody who may write this log signed it', rows: [['log', checkpoint.origin], ['size', checkpoint.size.toLocaleString('en')]] },
    { name: 'Witnesses', state: enough ? 'good' : 'open', about: enough ? 'enough other regions saw this tree, and that it had only grown' : `${witnesses.length} of ${trust.quorum} that are needed have cosigned`, rows: witnesses.map(w => [w.region, time(w.at)]) },
  ]
}

// A partition's newest checkpoint, judged by the keys: a region is no witness of what it wrote itself.
async function newest(partition) {
  const log = trust.logs.find(l => l.partition === partition)
  if (!log) throw new Error('the platform has no key of its log')
  const checkpoint = readCheckpoint(await text(`${address(partition)}checkpoint`))
  const signers = checkpoint.origin === log.origin ? await signersOf(checkpoint, [...log.writers, ...trust.witnesses].map(p => p.key)) : []
  const regionOf = (parties, signer) => parties.find(p => p.key.name === signer.name && p.key.id === signer.id)?.region
  const writer = signers.filter(s => s.log).map(s => regionOf(log.writers, s)).find(Boolean)
  const witnesses = signers.filter(s => !s.log).map(s => ({ region: regionOf(trust.witnesses, s), at: s.at })).filter(w => w.region && w.region !== writer)
  return { checkpoint, writer, witnesses, enough: witnesses.length >= trust.quorum }
}

function readTrust({ quorum, logs, witnesses }) {
  const party = ({ region, key }) => ({ region, key: readKey(key) })
  return { quorum, logs: logs.map(l => ({ ...l, writers: l.writers.map(party) })), witnesses: witnesses.map(party) }
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
  const list = element('dl', 'step-facts')
  for (const [name, value] of step.rows) {
    const fact = element('dd')
    fact.append(code(value))
    list.append(element('dt', '', name), fact)
  }
  if (step.rows.length) item.append(list)
  if (step.raw) {
    const more = element('details')
    more.append(element('summary', '', 'The leaf, as it is hashed'), element('pre', '', step.raw))
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
