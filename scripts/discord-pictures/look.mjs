import { parse } from "discord-markdown-parser";
import { encodeXML } from "entities";

/**
 * A message of the bot as HTML in Discord's dark look.
 * @param picture address in the message → address for the page
 */
export function messagePage({ content, embeds, components, files }, picture) {
  const shown = (url) => {
    const file = files.find(({ name }) => url === `attachment://${name}`);
    return file ? `data:image/png;base64,${file.attachment.toString("base64")}` : picture(url);
  };
  const parts = [
    content === "" ? "" : `<div>${markup(content)}</div>`,
    ...embeds.map((embed) => embedBox(embed, shown)),
    ...components.map((row) => `<div class="row">${row.components.map(component).join("")}</div>`),
  ];
  return `<!doctype html><html lang="en"><meta charset="utf-8"><style>${STYLE}</style>
<div class="message"><div class="avatar">♪</div><div><div class="name">opfind <span class="app">APP</span></div>
${parts.join("\n")}</div></div></html>`;
}

function embedBox({ color, title, url, description, fields = [], thumbnail, image, footer }, shown) {
  const colour = `#${(color ?? 0x1e1f22).toString(16).padStart(6, "0")}`;
  const heading = title ? `<div class="title">${url ? `<a>${markup(title)}</a>` : markup(title)}</div>` : "";
  const cells = fields.map(
    ({ name, value, inline }) =>
      `<div class="${inline ? "cell" : "field"}"><b>${markup(name)}</b><br>${markup(value)}</div>`,
  );
  return `<div class="embed" style="border-color:${colour}">
${thumbnail ? `<img class="thumbnail" src="${shown(thumbnail.url)}">` : ""}${heading}
<div class="text">${markup(description ?? "")}</div><div class="fields">${cells.join("")}</div>
${image ? `<img class="image" src="${shown(image.url)}">` : ""}
${footer ? `<div class="footer">${encodeXML(footer.text)}</div>` : ""}</div>`;
}

const BUTTONS = { 1: "primary", 2: "secondary", 3: "success", 4: "danger" };

function component({ type, style, label, disabled, options = [], placeholder }) {
  if (type === 2) return `<span class="button ${BUTTONS[style]}${disabled ? " off" : ""}">${encodeXML(label)}</span>`;
  const chosen = options.find((option) => option.default);
  return `<span class="menu">${encodeXML(chosen?.label ?? placeholder)}<span>⌄</span></span>`;
}

function markup(text) {
  return html(parse(text, "extended"));
}

function html(nodes) {
  return nodes.map((node) => (TAGS[node.type] ?? plain)(node)).join("");
}

const inside = ({ content }) => (Array.isArray(content) ? html(content) : encodeXML(content ?? ""));
const plain = (node) => (node.name ? encodeXML(node.name) : inside(node));

const TAGS = {
  br: () => "<br>",
  strong: (node) => `<b>${inside(node)}</b>`,
  em: (node) => `<i>${inside(node)}</i>`,
  heading: (node) => `<h3>${inside(node)}</h3>`,
  link: (node) => `<a>${inside(node)}</a>`,
  spoiler: (node) => `<span class="spoiler">${inside(node)}</span>`,
  inlineCode: (node) => `<code>${inside(node)}</code>`,
  user: () => '<span class="mention">@Koharu</span>',
  channel: () => '<span class="mention"># posters</span>',
  timestamp: ({ timestamp }) => `<code>${Number(timestamp) > 1_764_000_000 ? "in 7 days" : "2 hours ago"}</code>`,
};

const STYLE = `body{margin:0;padding:16px;width:640px;background:#313338;color:#dbdee1;
font:15px/1.4 "Noto Sans","DejaVu Sans","Noto Sans CJK JP",sans-serif}
.message{display:grid;grid-template-columns:44px 540px;gap:12px}.avatar{width:40px;height:40px;border-radius:50%;
background:#5865f2;color:#fff;font-size:24px;text-align:center;line-height:40px}.name{color:#f2f3f5;font-weight:600}
.app{background:#5865f2;color:#fff;font-size:10px;border-radius:3px;padding:1px 4px;vertical-align:2px}
.embed{background:#2b2d31;border-left:4px solid;border-radius:4px;padding:10px 14px 12px;margin-top:4px;font-size:14px;
max-width:500px;overflow:hidden}.title{font-weight:600;font-size:16px;margin:2px 0 6px}a{color:#00a8fc}
.thumbnail{float:right;width:80px;border-radius:4px;margin-left:12px}.image{max-width:100%;max-height:300px;border-radius:4px;margin-top:10px}
h3{font-size:16px;margin:10px 0 4px;color:#f2f3f5}.footer{font-size:12px;color:#b5bac1;margin-top:8px}
.spoiler{background:#1e1f22;color:transparent;border-radius:3px}.spoiler *{color:transparent}
.fields{display:flex;flex-wrap:wrap;gap:8px 16px}.fields>*{margin-top:8px}.cell{width:30%}.field{width:100%}
code{background:#1e1f22;border-radius:3px;padding:0 3px}.mention{background:#3c4270;color:#c9cdfb;border-radius:3px}
.row{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}.button{border-radius:4px;color:#fff;padding:6px 14px;font-size:14px;
white-space:nowrap}.primary{background:#5865f2}
.secondary{background:#4e5058}.success{background:#248046}.danger{background:#da373c}.off{opacity:.5}
.menu{background:#1e1f22;border-radius:4px;padding:8px 12px;width:400px;display:flex;justify-content:space-between}`;
