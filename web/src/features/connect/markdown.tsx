import { lexer, type Token, type Tokens } from "marked";
import { Fragment, useMemo, type ReactNode } from "react";
import { CodeBlock } from "../../ui/copy";
import "./markdown.css";

/** Markdown of our own docs as elements. HTML in it is shown as text; links to other pages of the docs go where `resolve` says. */
export function Markdown({ text, resolve }: { text: string; resolve: (href: string) => string | null }) {
  const tokens = useMemo(() => lexer(text), [text]);
  return <div className="markdown">{tokens.map((token, index) => block(token, index, resolve))}</div>;
}

type Resolve = (href: string) => string | null;

function block(token: Token, key: number, resolve: Resolve): ReactNode {
  const inner = (tokens: Token[] | undefined) => inlines(tokens ?? [], resolve);
  switch (token.type) {
    case "heading":
      return token.depth <= 2 ? <h3 key={key}>{inner(token.tokens)}</h3> : <h4 key={key}>{inner(token.tokens)}</h4>;
    case "paragraph":
      return <p key={key}>{inner(token.tokens)}</p>;
    case "code":
      return <CodeBlock key={key} code={String(token.text)} label={token.lang ? `${String(token.lang)} code` : "code"} />;
    case "list":
      return list(token as Tokens.List, key, resolve);
    case "table":
      return table(token as Tokens.Table, key, resolve);
    case "blockquote":
      return <blockquote key={key}>{token.tokens?.map((child, index) => block(child, index, resolve))}</blockquote>;
    case "hr":
      return <hr key={key} />;
    case "space":
      return null;
    // Items of tight lists hold plain text.
    case "text":
      return <Fragment key={key}>{token.tokens ? inner(token.tokens) : unescaped(token)}</Fragment>;
    default:
      return <Fragment key={key}>{token.raw}</Fragment>;
  }
}

function list(token: Tokens.List, key: number, resolve: Resolve): ReactNode {
  const items = token.items.map((item, index) => <li key={index}>{item.tokens.map((child, place) => block(child, place, resolve))}</li>);
  return token.ordered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>;
}

function table(token: Tokens.Table, key: number, resolve: Resolve): ReactNode {
  return (
    <div className="scroll-x" key={key}>
      <table>
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              <th key={index}>{inlines(cell.tokens, resolve)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell, index) => (
                <td key={index}>{inlines(cell.tokens, resolve)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inlines(tokens: Token[], resolve: Resolve): ReactNode {
  return tokens.map((token, key) => {
    switch (token.type) {
      case "strong":
        return <strong key={key}>{inlines(token.tokens ?? [], resolve)}</strong>;
      case "em":
        return <em key={key}>{inlines(token.tokens ?? [], resolve)}</em>;
      case "codespan":
        return <code key={key}>{unescaped(token)}</code>;
      case "br":
        return <br key={key} />;
      case "link": {
        const href = resolve(String(token.href));
        const words = inlines(token.tokens ?? [], resolve);
        return href ? (
          <a key={key} href={href} rel="noreferrer">
            {words}
          </a>
        ) : (
          <Fragment key={key}>{words}</Fragment>
        );
      }
      default:
        return <Fragment key={key}>{unescaped(token)}</Fragment>;
    }
  });
}

/** The lexer escapes for HTML; React escapes by itself. */
function unescaped(token: Token): string {
  const text = "text" in token ? String(token.text) : token.raw;
  const names: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => names[entity] ?? entity);
}
