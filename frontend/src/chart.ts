// Time series on a canvas. The data stand in the page as JSON (macro line_chart); colours come from the tokens and follow the theme.
import uPlot from "uplot";
import { language as pageLanguage } from "./words";

interface Series {
  name: string;
  values: (number | null)[];
  links?: string[]; // the rows behind each point
}
interface ChartData {
  times: number[]; // seconds since 1970
  series: Series[];
  band?: { low: (number | null)[]; high: (number | null)[] };
  marks?: { at: number; label: string }[];
  before?: { name: string; values: (number | null)[] }; // what the first line is compared with
  target?: { name: string; value: number };
  unit?: string;
}

const HEIGHT = 240;

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function faded(colour: string, share: number): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `rgb(${r} ${g} ${b} / ${share})`;
}

function formatter(unit: string | undefined): (value: number | null) => string {
  const digits = new Intl.NumberFormat(pageLanguage(), { maximumFractionDigits: 1 });
  return (value) => (value === null || value === undefined ? "–" : unit ? `${digits.format(value)}\u00a0${unit}` : digits.format(value));
}

/** Hours as 14:00, and the day at the first tick and at each midnight; in the viewer's zone and language. */
function timeAxis(zone: string): (plot: uPlot, ticks: number[], axis: number, space: number, step: number) => string[] {
  const language = pageLanguage();
  const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: zone });
  return (_plot, ticks, _axis, _space, step) => {
    let shown = "";
    return ticks.map((tick) => {
      const when = new Date(tick * 1000);
      const date = day.format(when);
      const words = step >= 86_400 ? date : date === shown ? hour.format(when) : `${hour.format(when)}\n${date}`;
      shown = date;
      return words;
    });
  };
}

/** Ranked events and other moments as thin dashed lines. */
function markPlugin(marks: { at: number; label: string }[]): uPlot.Plugin {
  return {
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        ctx.strokeStyle = token("--ink-3");
        ctx.setLineDash([3, 3]);
        for (const mark of marks) {
          const x = Math.round(plot.valToPos(mark.at, "x", true)) + 0.5;
          if (x < bbox.left || x > bbox.left + bbox.width) continue;
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
        }
        ctx.restore();
      },
    },
  };
}

/** What the metric should be, across the plot. */
function targetPlugin(target: { name: string; value: number }): uPlot.Plugin {
  return {
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot;
        const y = Math.round(plot.valToPos(target.value, "y", true)) + 0.5;
        ctx.save();
        ctx.strokeStyle = ctx.fillStyle = token("--green");
        ctx.setLineDash([8, 5]);
        ctx.beginPath();
        ctx.moveTo(bbox.left, y);
        ctx.lineTo(bbox.left + bbox.width, y);
        ctx.stroke();
        ctx.font = `${12 * devicePixelRatio}px ${token("--font")}`;
        ctx.textAlign = "right";
        ctx.fillText(target.name, bbox.left + bbox.width, y - 5 * devicePixelRatio);
        ctx.restore();
      },
    },
  };
}

/** A click on the plot opens the rows of the line whose point is nearest. */
function openRows(plot: uPlot, data: ChartData): void {
  const at = plot.cursor.idx;
  const top = plot.cursor.top ?? -1;
  if (at === null || at === undefined || top < 0) return;
  let nearest: { far: number; link: string } | undefined;
  for (const one of data.series) {
    const value = one.values[at];
    const link = one.links?.[at];
    if (value === null || value === undefined || !link) continue;
    const far = Math.abs(plot.valToPos(value, "y") - top);
    if (!nearest || far < nearest.far) nearest = { far, link };
  }
  if (nearest) location.assign(nearest.link);
}

function build(frame: HTMLElement, data: ChartData): uPlot | null {
  const target = frame.querySelector<HTMLElement>(".chart-plot");
  if (!target) return null;
  const say = formatter(data.unit);
  const zone = document.documentElement.dataset["zone"] || "UTC";
  const hasBand = data.band !== undefined;
  const axis: uPlot.Axis = {
    stroke: token("--ink-3"),
    font: `12px ${token("--font")}`,
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
    gap: 8,
  };
  const lines: uPlot.Series[] = data.series.map((one, index) => ({
    label: one.name,
    stroke: token(`--series-${(index % 6) + 1}`),
    width: 2,
    points: { show: false },
    spanGaps: false,
    dash: index >= 6 ? [6, 4] : undefined,
  }));
  const edge: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };
  const values: uPlot.AlignedData = [
    data.times,
    ...data.series.map((one) => one.values),
    ...(data.band ? [data.band.low, data.band.high] : []),
    ...(data.before ? [data.times.map((_, place) => data.before?.values[place] ?? null)] : []),
  ];
  const earlier: uPlot.Series[] = data.before
    ? [{ label: data.before.name, stroke: token("--ink-3"), width: 1.5, dash: [5, 4], points: { show: false }, spanGaps: false }]
    : [];
  const goal = data.target?.value ?? 0;
  const legend = [...frame.querySelectorAll<HTMLElement>("[data-series]")];
  const first = data.series.length + 1;
  return new uPlot(
    {
      width: Math.max(200, target.clientWidth),
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
      padding: [12, 24, 0, 0], // room for half of the last tick's words
      legend: { show: false },
      cursor: { y: false, points: { size: 8, width: 2 }, drag: { x: true, y: false } },
      scales: { y: { range: (_plot, low, high) => [Math.min(0, low), Math.max(high, goal) > 0 ? Math.max(high, goal) * 1.08 : 1] } },
      axes: [{ ...axis, grid: { show: false }, size: 48, values: timeAxis(zone) }, { ...axis, size: 56, values: (_plot, ticks) => ticks.map(say) }],
      series: [{}, ...lines, ...(hasBand ? [edge, edge] : []), ...earlier],
      bands: hasBand ? [{ series: [first + 1, first], fill: faded(token("--series-6"), 0.2) }] : [],
      plugins: [...(data.marks ? [markPlugin(data.marks)] : []), ...(data.target ? [targetPlugin(data.target)] : [])],
      hooks: {
        ready: [
          (plot) => {
            if (!data.series.some((one) => one.links)) return;
            plot.over.classList.add("opens-rows");
            plot.over.addEventListener("click", () => openRows(plot, data));
          },
        ],
        setCursor: [
          (plot) => {
            const at = plot.cursor.idx;
            for (const [index, item] of legend.entries()) {
              const value = item.querySelector(".value");
              if (value) value.textContent = at === null || at === undefined ? "" : say(data.series[index]?.values[at] ?? null);
            }
          },
        ],
        setSelect: [
          (plot) => {
            if (plot.select.width < 4) return;
            const range = { from: plot.posToVal(plot.select.left, "x"), to: plot.posToVal(plot.select.left + plot.select.width, "x") };
            frame.dispatchEvent(new CustomEvent("wf:brush", { bubbles: true, detail: range }));
          },
        ],
      },
    },
    values,
    target,
  );
}

function draw(frame: HTMLElement): void {
  const source = frame.querySelector('script[type="application/json"]')?.textContent;
  if (!source || frame.dataset["drawn"]) return;
  frame.dataset["drawn"] = "yes";
  const data = JSON.parse(source) as ChartData;
  let plot = build(frame, data);
  const target = frame.querySelector<HTMLElement>(".chart-plot");
  if (!target) return;
  new ResizeObserver(() => plot?.setSize({ width: Math.max(200, target.clientWidth), height: HEIGHT })).observe(target);
  document.addEventListener("wf:theme", () => {
    plot?.destroy();
    plot = build(frame, data);
  });
}

export function start(): void {
  const all = (): void => {
    for (const frame of document.querySelectorAll<HTMLElement>("[data-chart]")) draw(frame);
  };
  all();
  document.addEventListener("htmx:after:swap", all);
}
