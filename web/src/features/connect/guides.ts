/** The pages of docs/integrations, one per client: the docs and this page cannot differ. */

export interface Guide {
  /** The file's name, and the query parameter that opens it. */
  slug: string;
  title: string;
  /** Markdown, without the title. */
  body: string;
}

const files = import.meta.glob<string>("../../../../docs/integrations/*.md", { query: "?raw", import: "default", eager: true });

/** Shown first: what most people look for. The rest follows by name. */
const FIRST = ["opentelemetry", "openai", "anthropic", "deepeval", "langfuse", "langsmith", "openinference", "openllmetry", "claude-code"];

export const guides: Guide[] = Object.entries(files)
  .filter(([path]) => !path.endsWith("/README.md"))
  .map(([path, text]) => guideOf(path, text))
  .sort((one, other) => rank(one) - rank(other) || one.title.localeCompare(other.title));

function rank({ slug }: Guide): number {
  const place = FIRST.indexOf(slug);
  return place < 0 ? FIRST.length : place;
}

export function guideOf(path: string, text: string): Guide {
  const slug = path.replace(/^.*\/|\.md$/g, "");
  const [first = "", ...rest] = text.split("\n");
  return first.startsWith("# ") ? { slug, title: first.slice(2).trim(), body: rest.join("\n") } : { slug, title: slug, body: text };
}

/** Guides that contain every word, in any case. */
export function matching(all: Guide[], query: string): Guide[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter(({ title, slug, body }) => {
    const text = `${title} ${slug} ${body}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
