import { paths } from "../api/endpoints";
import { useRows } from "../api/queries";
import type { UserSummary } from "../api/types";
import { activityColumns } from "../features/calls/activity-columns";
import { RowsCard } from "../features/calls/rows-card";
import { EraseButton } from "../features/erase/erase-button";
import { FilterBox } from "../features/filter/filter-box";
import { quoteValue } from "../features/filter/terms";
import { useFilter } from "../features/filter/use-filter";
import { useRangeSearch, useTimeRange } from "../features/time-range/range-context";
import { RangePicker } from "../features/time-range/range-picker";
import type { Column } from "../ui/data-table";
import { formatCount } from "../ui/format";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";
import "../features/calls/calls.css";

const PAGE_ROWS = 100;

const COLUMNS: Column<UserSummary>[] = [
  { id: "user", header: "User", width: "minmax(160px, 2fr)", cell: (user) => <b className="trace-name">{user.user_id}</b> },
  { id: "sessions", header: "Sessions", width: "72px", end: true, cell: (user) => formatCount(user.sessions) },
  ...activityColumns<UserSummary>(),
  {
    id: "erase",
    header: <span className="visually-hidden">Erase</span>,
    width: "28px",
    cell: (user) => <EraseButton target={{ by: "user", user_id: user.user_id }} label={`user ${user.user_id}`} />,
  },
];

export default function UsersPage() {
  const { from, to, tick } = useTimeRange();
  const search = useRangeSearch();
  const [filter, setFilter] = useFilter();
  const result = useRows<UserSummary>(paths.users, { from, to, filter, limit: PAGE_ROWS }, { version: tick });
  return (
    <Page title="Users" subtitle="Who your application served, last active first" locked actions={<RangePicker />}>
      <div className="toolbar">
        <FilterBox
          rowKind="span"
          value={filter}
          onChange={setFilter}
          error={result.error}
          placeholder="Filter: users with a span that matches"
        />
      </div>
      <RowsCard
        label="Users"
        result={result}
        columns={COLUMNS}
        rowKey={(user) => user.user_id}
        rowHref={(user) => `/traces${search({ q: `user:${quoteValue(user.user_id)}` })}`}
        empty={
          <Empty title={filter ? "Nothing matches" : "No users in this time range"}>
            Send <code>user_id</code>, or the attribute <code>user.id</code>, to see users here.
          </Empty>
        }
      />
    </Page>
  );
}
