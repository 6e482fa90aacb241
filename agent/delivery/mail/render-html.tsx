import type { Block, MailDocument } from './document.ts';

/*
 * Mail programs know tables and inline styles and little else. No colour is set for text or ground, so a dark mode shows
 * its own. No grey reads well on both, so what is soft lets the ground shine through; the one grey is for lines.
 */
const grey = '#7a7a7a';
const soft = 'opacity:.75';
const font = 'font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5';
const cell = `padding:2px 16px 2px 0;text-align:left;vertical-align:top;${font}`;
/** As wide as the window, whatever is in it. */
const frame = 'border-collapse:collapse;table-layout:fixed;width:100%';
/** A name without a blank must not make the mail wider than a phone; labels keep their words whole. */
const breaks = 'overflow-wrap:anywhere;word-break:break-word';
/** In the colour of links, which every mail program sets for its ground. */
const button = `display:inline-block;margin:0 12px 8px 0;padding:10px 20px;border:2px solid ${grey};border-radius:6px;text-decoration:none;font-weight:bold;${font}`;
const boxed = `padding:4px 10px;text-align:left;vertical-align:top;border:1px solid ${grey};${font}`;

/** The HTML part: needs no image and no style sheet, and every value in it is escaped. */
export function renderHtml(document: MailDocument): string {
  const page = (
    <html lang={document.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{document.subject}</title>
      </head>
      <body style="margin:0;padding:0;color-scheme:light dark">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style={frame}>
          <tbody>
            <tr>
              <td style={`padding:16px;${font}`}>
                <div style="max-width:640px">{document.blocks.map(renderBlock)}</div>
              </td>
            </tr>
          </tbody>
        </table>
      </body>
    </html>
  );
  return `<!DOCTYPE html>\n${page.toString()}\n`;
}

function renderBlock(block: Block) {
  switch (block.kind) {
    case 'heading':
      return block.level === 1 ? (
        <h1 style={`margin:24px 0 8px;font-size:20px;line-height:1.3;${breaks}`}>{block.text}</h1>
      ) : (
        <h2 style={`margin:20px 0 8px;font-size:16px;line-height:1.3;${breaks}`}>{block.text}</h2>
      );
    case 'paragraph':
      return <p style={`margin:0 0 12px;${breaks}`}>{block.text}</p>;
    case 'note':
      return <p style={`margin:0 0 12px;font-size:13px;${soft};${breaks}`}>{block.text}</p>;
    case 'items':
      return block.items.map((item) => (
        <table role="presentation" cellpadding="0" cellspacing="0" style="border-collapse:collapse;margin:0 0 10px">
          <tbody>
            <tr>
              <td style={`padding:2px 0 2px 12px;border-left:4px solid ${grey};${font};${breaks}`}>
                <strong>{item.title}</strong>
                {item.lines.map((line) => (
                  <>
                    <br />
                    {line}
                  </>
                ))}
              </td>
            </tr>
          </tbody>
        </table>
      ));
    case 'rows':
      return (
        <table cellpadding="0" cellspacing="0" style="border-collapse:collapse;margin:0 0 12px">
          <tbody>
            {block.rows.map(([label, value]) => (
              <tr>
                <th scope="row" style={`${cell};font-weight:normal;${soft}`}>
                  {label}
                </th>
                <td style={`${cell};${breaks}`}>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      );
    case 'table':
      return (
        // Five columns are wider than a phone.
        <div tabindex={0} style="overflow-x:auto;margin:0 0 12px">
          <table cellpadding="0" cellspacing="0" style="border-collapse:collapse">
            <thead>
              <tr>
                {block.head.map((text) => (
                  <th scope="col" style={boxed}>
                    {text}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row) => (
                <tr>
                  {row.map((text) => (
                    <td style={boxed}>{text}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case 'list':
      return (
        <ul style="margin:0 0 12px;padding-left:20px">
          {block.items.map((item) => (
            <li style={`margin:0 0 4px;${breaks}`}>{item}</li>
          ))}
        </ul>
      );
    case 'code':
      return (
        <p style="margin:0 0 12px;font-family:ui-monospace,Consolas,Menlo,monospace;font-size:22px;letter-spacing:2px">
          <strong>{block.text}</strong>
        </p>
      );
    case 'actions':
      return (
        <p style="margin:0 0 12px">
          {block.actions.map(({ label, href }) => (
            <a href={href} style={button}>
              {label}
            </a>
          ))}
        </p>
      );
    case 'rule':
      return <hr style={`border:0;border-top:1px solid ${grey};margin:20px 0`} />;
  }
}
