/** Bar charts as SVG: for each, what took how long, on a logarithmic scale, for the differences are of that size. */
export interface Chart {
  title: string
  bars: { label: string; value: number }[]
}

const WIDTH = 760
const LEFT = 230
const RIGHT = 80
const BAR = 18
const GAP = 6
const TITLE = 34

const escaped = (text: string) => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)
const shown = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))

export function barChart(charts: readonly Chart[]): string {
  const parts: string[] = []
  let y = 0
  for (const { title, bars } of charts) {
    parts.push(`<text x="8" y="${y + 22}" font-weight="bold">${escaped(title)}</text>`)
    y += TITLE
    const least = Math.min(...bars.map(({ value }) => value)) / 2
    const most = Math.max(...bars.map(({ value }) => value))
    for (const { label, value } of bars) {
      const length = ((WIDTH - LEFT - RIGHT) * Math.log(value / least)) / Math.log(most / least)
      const colour = label.startsWith('linkwright') ? '#1565c0' : label.startsWith('limit') ? '#2e7d32' : '#9e9e9e'
      const middle = y + BAR - 5
      parts.push(
        `<text x="${LEFT - 8}" y="${middle}" text-anchor="end">${escaped(label)}</text>` +
          `<rect x="${LEFT}" y="${y}" width="${Math.max(1, length).toFixed(1)}" height="${BAR}" fill="${colour}"/>` +
          `<text x="${(LEFT + length + 6).toFixed(1)}" y="${middle}">${shown(value)}</text>`,
      )
      y += BAR + GAP
    }
    y += GAP
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" ` +
    `font-family="sans-serif" font-size="13">\n<rect width="100%" height="100%" fill="white"/>\n${parts.join('\n')}\n</svg>\n`
  )
}
