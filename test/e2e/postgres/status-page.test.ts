import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fixtureSet } from '../../compat/fixtures-folder.js'
import { type BrowserPage, lacksBrowser, openPage } from '../../support/browser.js'
import { describeWith } from '../../support/describe-with.js'
import { runWalg } from '../../support/run-walg.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const fixtures = fixtureSet('pg-golden')
const HOSTILE_NAME = `base_000000010000000000000009"'><img src=x onerror=alert(1)><script>alert(2)`
const HOSTILE_TEXT = '</title></style><script>document.title="taken"</script><b id=taken>'
const PAGE_TAGS = [
  ...[
    'body',
    'caption',
    'circle',
    'dd',
    'desc',
    'div',
    'dl',
    'dt',
    'g',
    'h1',
    'h2',
    'h3',
    'head',
    'header',
    'html',
  ],
  ...[
    'li',
    'line',
    'meta',
    'p',
    'path',
    'rect',
    'section',
    'span',
    'style',
    'svg',
    'table',
    'tbody',
    'td',
    'text',
  ],
  ...['th', 'thead', 'title', 'tr', 'ul'],
]

/** Writes the page of a recorded repository, which `change` may change before. */
async function pageOf(
  repository: string,
  change: (folder: string) => void = () => undefined,
): Promise<{ readonly path: string; readonly status: Status }> {
  const folder = temporaryFolder()
  const data = join(folder, 'data')
  cpSync(join(fixtures ?? '', 'repos', repository, 'data'), data, { recursive: true })
  makeWritable(data)
  change(data)
  const path = join(folder, 'status.html')
  const args = ['pg', 'status', '--json', '--without-server', '--html', path]
  const { stdout } = await runWalg(args, { env: { HOME: folder, WALG_FILE_PREFIX: data } })
  return { path, status: JSON.parse(stdout) as Status }
}

interface Status {
  readonly holes: readonly unknown[]
  readonly backups: readonly { readonly backup_name: string }[]
}

function makeWritable(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(join(folder, entry.name))
  }
}

/** Texts of a picture that touch each other, and what is not within its picture. */
async function misplaced(page: BrowserPage): Promise<readonly string[]> {
  return await page.evaluate(`(() => {
    const found = []
    for (const picture of document.querySelectorAll('svg.picture')) {
      const frame = picture.getBoundingClientRect()
      const boxOf = (element) => ({ element, box: element.getBoundingClientRect() })
      const shapes = [...picture.querySelectorAll('text, rect, circle, path, line')].map(boxOf)
      for (const { element, box } of shapes) {
        const isOutside = box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1
        if (isOutside) found.push('outside: ' + element.outerHTML.slice(0, 200))
      }
      const texts = shapes.filter(({ element }) => element.tagName === 'text')
      texts.forEach((one, at) => {
        for (const other of texts.slice(at + 1)) {
          const touch = one.box.left < other.box.right && other.box.left < one.box.right && one.box.top < other.box.bottom - 1 && other.box.top < one.box.bottom - 1
          if (touch) found.push('touching: ' + one.element.textContent + ' and ' + other.element.textContent)
        }
      })
    }
    return found
  })()`)
}

describeWith(
  'the page of pg status',
  lacksBrowser() ?? (fixtures ? undefined : 'no recorded repositories here'),
  () => {
    describe.each([
      ['a wide window', 1280],
      ['a narrow one', 480],
    ])('in %s', (_name, width) => {
      test.each(['base', 'gaps', 'big', 'oddnames', 'wal'])(
        'has every text of %s in its place',
        async (repository) => {
          const { path } = await pageOf(repository)
          await using page = await openPage(path, { width })

          expect(await misplaced(page)).toEqual([])
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
        },
      )
    })

    test('shows each backup as a mark, each hole in red, and timelines where they began', async () => {
      const { path, status } = await pageOf('gaps')
      await using page = await openPage(path, { width: 1280 })

      const count = (selector: string) =>
        page.evaluate(`document.querySelectorAll('svg.picture ' + ${JSON.stringify(selector)}).length`)
      expect(await count('.backup')).toBe(status.backups.length)
      expect(await count('rect.hole')).toBe(status.holes.length)
      expect(await count('.switch')).toBe(2)
      const holes: readonly { fill: string; width: number }[] = await page.evaluate(
        `[...document.querySelectorAll('svg.picture rect.hole')].map((hole) => ({ fill: getComputedStyle(hole).fill, width: hole.getBoundingClientRect().width }))`,
      )
      expect(holes.every(({ fill, width }) => fill === 'rgb(198, 40, 40)' && width >= 3)).toBe(true)
    })

    test('shows the worst of many problems and the picture at once, and the other problems when asked', async () => {
      const { path } = await pageOf('tl1', (data) => {
        for (let at = 0; at < 20; at++) {
          const name = `base_0000000100000000000000A${at.toString(16).toUpperCase().padStart(2, '0')}`
          writeFileSync(join(data, 'basebackups_005', `${name}_backup_stop_sentinel.json`), '{')
        }
        writeFileSync(join(data, 'readme.txt'), '')
      })
      const height = 900
      await using page = await openPage(path, { width: 1280, height })

      const seen = () =>
        page.evaluate(
          `[...document.querySelectorAll('ul.problems li')].filter((one) => one.checkVisibility({ contentVisibilityAuto: true })).length`,
        )
      const total = await page.evaluate<number>(`document.querySelectorAll('ul.problems li').length`)
      expect(total).toBeGreaterThan(20)
      expect(await seen()).toBe(3)
      expect(
        await page.evaluate(`document.querySelector('svg.picture .backup').getBoundingClientRect().bottom`),
      ).toBeLessThan(height)
      expect(await page.evaluate(`document.querySelector('summary').innerText`)).toMatch(
        /^\d+ more problems and \d+ notes?$/,
      )

      await page.evaluate(`document.querySelector('summary').click()`)
      expect(await seen()).toBe(total)
    })

    test('says in words what the picture shows', async () => {
      const { path, status } = await pageOf('base')
      await using page = await openPage(path, { width: 1280 })

      const text: string = await page.evaluate('document.body.innerText')
      for (const { backup_name } of status.backups) expect(text).toContain(backup_name)
      expect(
        await page.evaluate(
          `[...document.querySelectorAll('svg.picture')].every((one) => one.getAttribute('aria-label'))`,
        ),
      ).toBe(true)
      expect(
        await page.evaluate(
          `[...document.querySelectorAll('table')].every((one) => one.caption && one.tHead)`,
        ),
      ).toBe(true)
      expect(await page.evaluate(`document.querySelectorAll('ul.legend li').length`)).toBe(8)
    })

    test('takes names and texts of the repository for text, whatever they hold', async () => {
      const { path } = await pageOf('tl1', (data) => {
        const folder = join(data, 'basebackups_005')
        const sentinel = readFileSync(
          join(folder, 'base_00000001000000000000000F_backup_stop_sentinel.json'),
          'utf8',
        )
        const delta = { DeltaFrom: HOSTILE_TEXT, DeltaFullName: HOSTILE_TEXT, DeltaLSN: 1, DeltaCount: 1 }
        writeFileSync(
          join(folder, `${HOSTILE_NAME}_backup_stop_sentinel.json`),
          sentinel.replace('{', `${JSON.stringify(delta).slice(0, -1)},`),
        )
        mkdirSync(join(folder, `${HOSTILE_NAME}2`))
        writeFileSync(join(folder, `${HOSTILE_NAME}2`, 'x'), '')
        writeFileSync(join(data, '<img src=x onerror=alert(3)>'), '')
      })
      await using page = await openPage(path, { width: 1280 })

      const text: string = await page.evaluate('document.body.innerText')
      expect(text).toContain(HOSTILE_NAME)
      expect(text).toContain(HOSTILE_TEXT)
      expect(await page.evaluate('document.title')).toBe('PostgreSQL backups: 1 problem')
      const tags: readonly string[] = await page.evaluate(
        `[...new Set([...document.querySelectorAll('*')].map(({ localName }) => localName))].sort()`,
      )
      expect(tags.filter((tag) => !PAGE_TAGS.includes(tag))).toEqual([])
      const handlers: number = await page.evaluate(
        `[...document.querySelectorAll('*')].filter((one) => [...one.attributes].some(({ name }) => name.startsWith('on'))).length`,
      )
      expect(handlers).toBe(0)
      expect(await misplaced(page)).toEqual([])
    })

    test('needs nothing from elsewhere', async () => {
      const { path } = await pageOf('base')
      await using page = await openPage(path, { width: 1280 })

      expect(await page.evaluate(`performance.getEntriesByType('resource').length`)).toBe(0)
      expect(readFileSync(path, 'utf8')).not.toMatch(/https?:|url\(|@import|<script|<link/)
    })

    test('is dark where that is wanted', async () => {
      const { path } = await pageOf('base')
      const lightness = async (isDark: boolean) => {
        await using page = await openPage(path, { width: 1280, isDark })
        const [paper, ink]: readonly [number, number] = await page.evaluate(
          `(() => { const { backgroundColor, color } = getComputedStyle(document.body)
          return [backgroundColor, color].map((text) => text.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)) })()`,
        )
        return { paper, ink }
      }

      const [light, dark] = [await lightness(false), await lightness(true)]

      expect(light.paper - light.ink).toBeGreaterThan(400)
      expect(dark.ink - dark.paper).toBeGreaterThan(400)
    })
  },
)
