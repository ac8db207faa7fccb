import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { Empty } from "../../ui/states";
import { KeyNotice } from "./connect-guide";
import { fillIn } from "./fill-in";
import { guides, matching } from "./guides";
import { Markdown } from "./markdown";
import { useTarget } from "./target";

/** One page per client, with this server's address and key in it. */
export function ClientGuides() {
  const [query, setQuery] = useState("");
  const [parameters, setParameters] = useSearchParams();
  const target = useTarget();
  const shown = useMemo(() => matching(guides, query), [query]);
  const chosen = guides.find(({ slug }) => slug === parameters.get("client")) ?? guides[0];
  if (!chosen) return <Empty title="No guides were built in" />;
  const open = (slug: string) => setParameters({ client: slug }, { replace: true });
  return (
    <div className="client-guides">
      <nav aria-label="Clients">
        <label className="guide-search">
          <Search size={14} />
          <input type="search" placeholder="Find your SDK" value={query} onChange={(event) => setQuery(event.target.value)} />
        </label>
        <ul>
          {shown.map(({ slug, title }) => (
            <li key={slug}>
              <button type="button" aria-current={slug === chosen.slug} onClick={() => open(slug)}>
                {title}
              </button>
            </li>
          ))}
        </ul>
        {shown.length === 0 && (
          <p className="muted">
            Nothing here names it. Anything that speaks OpenTelemetry works; so does plain HTTP (<a href="/docs">API</a>).
          </p>
        )}
      </nav>
      <article aria-label={chosen.title}>
        <h2>{chosen.title}</h2>
        {/* Some SDKs also read: prompts, datasets, what they sent. */}
        <KeyNotice target={target} keyName={chosen.title} scopes={["ingest", "read"]} />
        <Markdown text={fillIn(chosen.body, target)} resolve={inGuides} />
      </article>
    </div>
  );
}

/** Links between the pages stay here; those to other files of the repository have no place in the dashboard. */
function inGuides(href: string): string | null {
  if (/^https?:/.test(href)) return href;
  const slug = /^([a-z0-9-]+)\.md(#.*)?$/.exec(href)?.[1];
  return slug && guides.some((guide) => guide.slug === slug) ? `/connect?client=${slug}` : null;
}
