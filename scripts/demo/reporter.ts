/** Shows what has arrived since it was last asked. */
import type { ArrivedMail, Screen } from './screen.ts';
import type { Stage } from './stage.ts';

export class Reporter {
  readonly #stage: Stage;
  readonly #screen: Screen;
  #mails = 0;
  #events = 0;

  constructor(stage: Stage, screen: Screen) {
    this.#stage = stage;
    this.#screen = screen;
  }

  /** What the endpoint got. */
  events(): void {
    for (const event of this.#stage.events.slice(this.#events)) this.#screen.event(event);
    this.#events = this.#stage.events.length;
  }

  /** Mails too; `inFull` picks those whose text is printed. */
  all(inFull: (mail: ArrivedMail) => boolean): void {
    this.events();
    for (const mail of this.#stage.mails.slice(this.#mails)) {
      if (inFull(mail)) this.#screen.mailInFull(mail);
      else this.#screen.mailLine(mail);
    }
    this.#mails = this.#stage.mails.length;
  }
}
