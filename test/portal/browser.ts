/** Debian's chromium on a page that really listens: what a person sees, what a screen reader would stumble over. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';

/** Ways to look at a page. */
export const looks = {
  desktop: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  phone: { viewport: { width: 375, height: 800 }, colorScheme: 'dark' },
} as const;
export type Look = keyof typeof looks;

export class Browser {
  readonly #chromium: Chromium;
  readonly #base: string;

  private constructor(chromium: Chromium, base: string) {
    this.#chromium = chromium;
    this.#base = base;
  }

  /** @param base where the page listens, `http://127.0.0.1:1234` */
  static async open(base: string): Promise<Browser> {
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    return new Browser(await chromium.launch({ executablePath, args: ['--no-sandbox'] }), base);
  }

  /** The same browser on another page. */
  at(base: string): Browser {
    return new Browser(this.#chromium, base);
  }

  async close(): Promise<void> {
    await this.#chromium.close();
  }

  /** A page as it is seen so, with scripts switched off unless they are asked for. */
  async visit<T>(path: string, look: Look, work: (page: Page) => Promise<T>, javaScript = false): Promise<T> {
    const context = await this.#chromium.newContext({ ...looks[look], javaScriptEnabled: javaScript });
    try {
      const page = await context.newPage();
      await page.goto(`${this.#base}${path}`);
      return await work(page);
    } finally {
      await context.close();
    }
  }

  /**
   * What is wrong with the look of a page: what axe finds, and whether it is wider than the screen. Writes a picture where
   * `$PICTURES` names a folder.
   */
  async problems(path: string, look: Look): Promise<string[]> {
    // axe is a script of its own, which the page's policy would not let in.
    const context = await this.#chromium.newContext({ ...looks[look], bypassCSP: true });
    try {
      const page = await context.newPage();
      await page.goto(`${this.#base}${path}`);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      await this.#picture(page, path, look);
      return [
        ...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${look} ${path}: ${id}: ${html}`)),
        ...(Number(wide) > 0 ? [`${look} ${path}: it is ${wide} px wider than the screen`] : []),
      ];
    } finally {
      await context.close();
    }
  }

  async #picture(page: Page, path: string, look: Look): Promise<void> {
    const folder = process.env['PICTURES'];
    if (folder === undefined) return;
    await mkdir(folder, { recursive: true });
    const name = path.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 60) || 'start';
    await page.screenshot({ path: join(folder, `${name}.${look}.png`), fullPage: true });
  }
}
