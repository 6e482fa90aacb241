/** Who the reseller is: written into the config file. */
import { type Language, languages } from '../../../config/config.ts';
import type { Site } from '../../operations/desk.ts';
import type { PortalContext } from '../desk.ts';
import { Form } from '../html/form.tsx';

interface SettingsProps {
  readonly c: PortalContext;
  readonly site: Site;
  /** The language that stands in the file for the reseller, if one does. */
  readonly language: Language | undefined;
  /** Why the file cannot be changed from here, if so. */
  readonly readOnly: string | undefined;
}

const nameOf = (language: Language): string =>
  new Intl.DisplayNames('en', { type: 'language' }).of(language) ?? language;

export function Settings({ c, site, language, readOnly }: SettingsProps) {
  const { reseller } = site;
  return (
    <section class="card" id="settings" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      {readOnly === undefined ? undefined : (
        <p class="say note">
          {`The configuration file cannot be changed from here: ${readOnly}. What to write by hand is shown when you try.`}
        </p>
      )}
      <Form c={c} action="/reseller" class="stack">
        <div class="field wide">
          <label for="email">Mail address of your reseller</label>
          <input
            id="email"
            name="email"
            type="email"
            value={reseller?.email ?? ''}
            placeholder="sales@example.com"
            autocomplete="off"
            aria-describedby="email-help"
          />
        </div>
        <p id="email-help" class="small soft">
          There is exactly one. A new address is invited at once, and the one before it is disconnected; an emptied
          field ends the connection.
        </p>
        <div class="field">
          <label for="language">Language of their mails</label>
          <select id="language" name="language">
            <option value="">{`Like yours (${nameOf(site.language)})`}</option>
            {languages.map((each) => (
              <option value={each} selected={each === language}>
                {nameOf(each)}
              </option>
            ))}
          </select>
        </div>
        <div class="check">
          <input
            id="not-interested"
            name="notInterested"
            type="checkbox"
            value="yes"
            checked={reseller?.notInterested === true}
          />
          <label for="not-interested">
            Not interested? Tick this to have no reseller, and not to be asked when a UPS is added.
          </label>
        </div>
        <button type="submit">Update Settings</button>
      </Form>
    </section>
  );
}
