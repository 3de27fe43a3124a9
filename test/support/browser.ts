import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome']
const LOAD_MS = 60_000
const CLOSE_MS = 10_000

/** What tests lack that look at pages. Undefined when there is a browser. */
export function lacksBrowser(): string | undefined {
  return browserProgram() === undefined ? `no browser on this machine (${PROGRAMS.join(', ')})` : undefined
}

export interface PageOptions {
  readonly width: number
  readonly height?: number
  readonly isDark?: boolean
}

/** A page of a real browser without a window, after layout. */
export interface BrowserPage extends AsyncDisposable {
  /** The value of an expression in the page; it must be JSON. */
  evaluate<T>(expression: string): Promise<T>
  /** PNG. */
  screenshot(): Promise<Buffer>
}

/** Opens a file. The browser ends with the page. */
export async function openPage(path: string, options: PageOptions): Promise<BrowserPage> {
  const browser = new Browser()
  try {
    const { targetId } = await browser.send<{ targetId: string }>('Target.createTarget', {
      url: 'about:blank',
    })
    const attach = { targetId, flatten: true }
    const { sessionId } = await browser.send<{ sessionId: string }>('Target.attachToTarget', attach)
    const send = <T>(method: string, params: object = {}) => browser.send<T>(method, params, sessionId)
    const { width, height = 900, isDark = false } = options
    await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
    const scheme = { name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }
    await send('Emulation.setEmulatedMedia', { features: [scheme] })
    await send('Page.enable')
    const loaded = browser.event('Page.loadEventFired')
    await send('Page.navigate', { url: pathToFileURL(path).href })
    await loaded
    return {
      async evaluate<T>(expression: string): Promise<T> {
        const params = { expression, returnByValue: true, awaitPromise: true }
        const { result, exceptionDetails } = await send<Evaluated<T>>('Runtime.evaluate', params)
        if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails))
        return result.value
      },
      async screenshot() {
        const { data } = await send<{ data: string }>('Page.captureScreenshot', {
          captureBeyondViewport: true,
        })
        return Buffer.from(data, 'base64')
      },
      [Symbol.asyncDispose]: () => browser.close(),
    }
  } catch (error) {
    await browser.close()
    throw error
  }
}

interface Evaluated<T> {
  readonly result: { readonly value: T }
  readonly exceptionDetails?: unknown
}

interface Answer {
  readonly id?: number
  readonly method?: string
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** Speaks the DevTools protocol over two pipes: JSON messages that end with a zero byte. */
class Browser {
  readonly #folder = mkdtempSync(join(tmpdir(), 'walg-browser-'))
  readonly #process
  readonly #input: Writable
  readonly #exited: Promise<void>
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  readonly #events = new Map<string, () => void>()
  #lastId = 0
  #received = ''

  constructor() {
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe']
    const program = browserProgram() ?? PROGRAMS[0]!
    this.#process = spawn(program, [...flags, '--hide-scrollbars', `--user-data-dir=${this.#folder}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    })
    const [, , , input, output] = this.#process.stdio as unknown as [null, null, null, Writable, Readable]
    this.#input = input
    input.on('error', () => undefined)
    output.setEncoding('utf8').on('data', (text: string) => this.#receive(text))
    this.#exited = new Promise((resolve) => {
      const end = () => {
        for (const { reject } of this.#waiting.values()) reject(new Error('the browser has ended'))
        resolve()
      }
      this.#process.once('exit', end).once('error', end)
    })
  }

  async send<T>(method: string, params: object, sessionId?: string): Promise<T> {
    const id = ++this.#lastId
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#input.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`)
    return (await answer) as T
  }

  async event(method: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${method} of the browser`)), LOAD_MS)
      this.#events.set(method, () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  async close(): Promise<void> {
    // Asked to, it ends its children first, so that none writes to the folder any more.
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), CLOSE_MS)
    void this.send('Browser.close', {}).catch(() => undefined)
    await this.#exited
    clearTimeout(kill)
    try {
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    } catch (error) {
      // What is left below the system's temporary folder is no reason for a test to fail.
      console.warn(`left behind: ${(error as Error).message}`)
    }
  }

  #receive(text: string): void {
    const messages = (this.#received + text).split('\0')
    this.#received = messages.pop() ?? ''
    for (const message of messages) {
      const { id, method, result, error } = JSON.parse(message) as Answer
      if (method !== undefined) this.#events.get(method)?.()
      const waiting = id === undefined ? undefined : this.#waiting.get(id)
      if (error) waiting?.reject(new Error(error.message))
      else waiting?.resolve(result)
    }
  }
}

function browserProgram(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  )
}
