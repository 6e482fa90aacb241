/** Fills a form of the page as a browser does: `fill-form.ts http://127.0.0.1:8080/reseller ACTION KEY=VALUE...` */
const [, , address = '', action = '', ...pairs] = process.argv;
const { origin } = new URL(address);
const html = await (await fetch(address)).text();
const inner = new RegExp(`<form method="post" action="${action}"[^>]*>(.*?)</form>`, 's').exec(html)?.[1];
if (inner === undefined) throw new Error(`${address} has no form that goes to ${action}`);
const fields = new URLSearchParams();
for (const [, name = '', value = ''] of inner.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g))
  fields.set(name, value);
for (const pair of pairs) fields.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
const answer = await fetch(origin + action, { method: 'POST', headers: { origin }, body: fields });
// What was said stands on top of the page that follows.
const words = /<p class="say (\w+)"[^>]*>(.*?)<\/p>/s.exec(await answer.text());
console.log(`${answer.status} ${words?.[1] ?? ''} ${words?.[2] ?? ''}`.trim());
