import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import WebSocket from 'ws';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../src/ir/json.ts';

/** A page as a browser shows it.
 *  @property requests  addresses that it asked for, its own aside.
 *  @property trouble   what the browser complained of: errors, and what the page's policy forbade. */
export type OpenedPage = {
  readonly requests: readonly string[];
  readonly trouble: readonly string[];
  readonly evaluate: (expression: string) => Promise<Json | undefined>;
};

export type View = { readonly width: number; readonly height: number; readonly dark: boolean };

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** The browser of this machine; undefined where there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
}

/** Opens a page in a real browser, looks at it, and closes both. */
export async function withPage<T>(
  chromium: string,
  address: string,
  view: View,
  look: (page: OpenedPage) => Promise<T>,
): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'plugboard-chromium-'));
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = ['--headless=new', '--disable-gpu', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...root];
  const browser = spawn(chromium, [...args, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = new Promise((resolve) => browser.once('close', resolve));
  try {
    const endpoint = await new Promise<string>((resolve, reject) => {
      let said = '';
      browser.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
      browser.once('error', reject);
      browser.once('close', () => reject(new Error(`the browser ended: ${said}`)));
    });
    return await overSocket(endpoint, address, view, look);
  } finally {
    browser.kill('SIGKILL');
    await closed;
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function overSocket<T>(
  endpoint: string,
  address: string,
  view: View,
  look: (page: OpenedPage) => Promise<T>,
): Promise<T> {
  const socket = new WebSocket(endpoint);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const answers = new Map<number, (result: JsonObject) => void>();
  const requests: string[] = [];
  const trouble: string[] = [];
  let onLoad = (): void => undefined;
  const loaded = new Promise<void>((resolve) => {
    onLoad = resolve;
  });
  let last = 0;
  let session: Json | undefined;
  /** https://chromedevtools.github.io/devtools-protocol/ */
  const ask = (method: string, params: JsonObject = {}): Promise<JsonObject> =>
    new Promise((resolve) => {
      last += 1;
      answers.set(last, resolve);
      socket.send(
        JSON.stringify({ id: last, method, params, ...(session === undefined ? {} : { sessionId: session }) }),
      );
    });
  socket.on('message', (data) => {
    const message = parseJson(String(data));
    if (!isJsonObject(message)) return;
    const { id, method, result, params } = message;
    if (typeof id === 'number') answers.get(id)?.(isJsonObject(result) ? result : {});
    if (!isJsonObject(params)) return;
    if (method === 'Page.loadEventFired') onLoad();
    if (method === 'Network.requestWillBeSent' && isJsonObject(params['request'])) {
      const url = String(params['request']['url']);
      if (url !== address) requests.push(url);
    }
    if (method === 'Log.entryAdded' || method === 'Runtime.exceptionThrown') trouble.push(JSON.stringify(params));
  });
  try {
    const { targetId } = await ask('Target.createTarget', { url: 'about:blank' });
    const attached = await ask('Target.attachToTarget', { targetId: targetId ?? '', flatten: true });
    session = attached['sessionId'];
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`);
    const { width, height, dark } = view;
    await ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }];
    await ask('Emulation.setEmulatedMedia', { features });
    await ask('Page.navigate', { url: address });
    await loaded;
    return await look({
      requests,
      trouble,
      evaluate: async (expression) => {
        const { result } = await ask('Runtime.evaluate', { expression, returnByValue: true });
        return isJsonObject(result) ? result['value'] : undefined;
      },
    });
  } finally {
    socket.close();
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
