// Keeps the page live: the server renders, this file puts what changed in its place. Without it the page still works
// and reloads itself.

const silence = 5000

live(document.body.dataset.live)
theme(document.getElementById('theme'))
for (const button of document.querySelectorAll('.copy')) copy(button)

function live(address) {
  if (!address) return
  const root = document.documentElement
  const lost = document.getElementById('lost')
  let source, watch, retry, wait = 1000

  const connect = () => {
    clearTimeout(retry)
    source?.close()
    source = new EventSource(address)
    source.addEventListener('patch', event => {
      wait = 1000
      const { at, sections } = JSON.parse(event.data)
      for (const [id, html] of Object.entries(sections)) put(id, html)
      document.getElementById('live-at').textContent = at
      document.getElementById('lost-at').textContent = at
      document.querySelector('.live-text').textContent = 'live'
      state('on')
    })
    // The server ends what is open when the session has to be confirmed, or is over: asking again does the one or shows the other.
    source.addEventListener('again', connect)
    source.onerror = broken
    guard()
  }

  // Whoever is not signed in any more is led to where they can be.
  const signedIn = async () => {
    try {
      const answer = await fetch('/console/session', { cache: 'no-store' })
      if (answer.status === 401 || answer.status === 403) location.reload()
    } catch { /* the front door does not answer: that is what the page says */ }
  }

  const state = value => {
    root.dataset.connection = value
    lost.hidden = value !== 'lost'
    guard()
  }

  // A connection can die without a word; the server speaks once a second.
  const guard = () => {
    clearTimeout(watch)
    watch = setTimeout(broken, silence)
  }

  const broken = () => {
    clearTimeout(watch)
    clearTimeout(retry)
    source?.close()
    root.dataset.connection = 'lost'
    lost.hidden = false
    document.querySelector('.live-text').textContent = 'as of'
    retry = setTimeout(connect, wait)
    signedIn()
    wait = Math.min(wait * 2, 10000)
  }

  // A page that no one sees asks for nothing.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      clearTimeout(watch)
      clearTimeout(retry)
      source?.close()
    } else {
      connect()
    }
  })
  if (!document.hidden) connect()
}

function put(id, html) {
  const before = document.getElementById(id)
  if (!before) return
  const template = document.createElement('template')
  template.innerHTML = html
  const after = template.content.firstElementChild
  if (!after) return
  const known = new Set([...before.querySelectorAll('[data-say]')].map(e => e.dataset.key))
  morph(before, after)
  for (const item of before.querySelectorAll('[data-say]'))
    if (!known.has(item.dataset.key)) document.getElementById('say').textContent = item.dataset.say
}

// Makes `from` like `to` and keeps every element that is still there: focus, scroll and running animations survive.
function morph(from, to) {
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name)
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value)

  const keyed = new Map()
  for (const child of from.children) if (child.dataset.key) keyed.set(child.dataset.key, child)
  let here = from.firstChild
  for (const next of [...to.childNodes]) {
    const match = next.dataset?.key ? keyed.get(next.dataset.key) : here && alike(here, next) && !here.dataset?.key ? here : null
    if (!match || !alike(match, next)) {
      from.insertBefore(next, here)
      continue
    }
    if (match === here) here = here.nextSibling
    else from.insertBefore(match, here)
    if (next.nodeType === Node.ELEMENT_NODE) morph(match, next)
    else if (match.nodeValue !== next.nodeValue) match.nodeValue = next.nodeValue
  }
  while (here) {
    const gone = here
    here = here.nextSibling
    gone.remove()
  }
}

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName
}

function theme(button) {
  button.hidden = false
  button.addEventListener('click', () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === 'dark'
      || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches)
    const chosen = dark ? 'light' : 'dark'
    document.documentElement.dataset.theme = chosen
    try { localStorage.setItem('banyan-theme', chosen) } catch { /* it holds for this page */ }
  })
}

function copy(button) {
  if (!navigator.clipboard) return
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy)
    button.classList.add('copied')
    document.getElementById('say').textContent = 'Copied'
    setTimeout(() => button.classList.remove('copied'), 1500)
  })
}
