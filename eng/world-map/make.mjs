// Makes src/Banyan.Console/Map/world.txt, the console's map, out of Natural Earth's borders (public domain) as the npm
// package world-atlas carries them. Run it only to change the map: npm ci && node make.mjs
// One line a country; outer rings separated by |; numbers are steps from point to point, in 1/50 degree, longitude first. Large before small,
// so that a country inside another is drawn over it.
import { readFileSync, writeFileSync } from 'node:fs'
import { feature } from 'topojson-client'
import { geoArea } from 'd3-geo'
import { presimplify, simplify, filterWeight, filter } from 'topojson-simplify'

const perDegree = 50
let world = JSON.parse(readFileSync(new URL('node_modules/world-atlas/countries-50m.json', import.meta.url)))
world = simplify(presimplify(world), 0.02)
world = filter(world, filterWeight(world, 0.02))
const countries = feature(world, world.objects.countries).features.filter(f => f.geometry && f.properties.name !== 'Antarctica')
const lines = []
let points = 0
for (const country of countries) {
  const polygons = country.geometry.type === 'Polygon' ? [country.geometry.coordinates] : country.geometry.coordinates
  const rings = []
  for (const [outer] of polygons) {
    let [px, py] = [0, 0]
    let before = null, turn = 0 // a ring over the 180th meridian goes on past it
    const ring = []
    for (const [lon, lat] of outer.slice(0, -1)) {
      if (before !== null && Math.abs(lon - before) > 180) turn += lon < before ? 360 : -360
      before = lon
      const [x, y] = [Math.round((lon + turn) * perDegree), Math.round(lat * perDegree)]
      if (ring.length && x === px && y === py) continue
      ring.push(x - px, y - py); [px, py] = [x, y]
    }
    if (ring.length >= 6) { rings.push(ring.join(' ')); points += ring.length / 2 }
  }
  if (rings.length) lines.push({ area: geoArea(country), text: rings.join('|') })
}
writeFileSync(new URL('../../src/Banyan.Console/Map/world.txt', import.meta.url), lines.sort((a, b) => b.area - a.area).map(l => l.text).join('\n') + '\n')
console.log(`${lines.length} countries, ${points} points`)
