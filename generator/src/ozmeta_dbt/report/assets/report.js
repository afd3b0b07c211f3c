"use strict";
(function () {
  const root = document.documentElement;
  const options = JSON.parse(document.getElementById("charts").textContent);
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const drawn = new Map();
  const theme = document.getElementById("theme");

  function color(name) {
    return getComputedStyle(root).getPropertyValue("--" + name).trim();
  }

  // A chart's option with the colours of the theme. Tooltips and labels are plain text, never HTML.
  function themed(option) {
    const text = { color: color("text") };
    const soft = { color: color("soft") };
    const line = { lineStyle: { color: color("line") } };
    const percent = (value) => (value === null || value === undefined ? "" : Math.round(value * 1000) / 10 + " %");
    const common = {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      tooltip: {
        renderMode: "richText", confine: true, backgroundColor: color("card"), borderColor: color("line"), textStyle: text,
      },
    };
    const axis = (given) => {
      const format = given.format === "percent" ? { formatter: percent } : {};
      const { format: _, ...rest } = given;
      return Object.assign({ splitLine: line, axisLine: line, nameTextStyle: soft }, rest,
        { axisLabel: Object.assign({ hideOverlap: true }, soft, format, rest.axisLabel) });
    };
    const isShare = option.yAxis.format === "percent";
    const vertical = option.yAxis.type !== "category";
    Object.assign(common.tooltip, {
      trigger: "axis", axisPointer: { type: option.series.some((s) => s.type === "bar") ? "shadow" : "line" },
    });
    if (isShare) {
      common.tooltip.valueFormatter = percent;
    }
    return Object.assign(common, {
      legend: Object.assign({ textStyle: text, pageTextStyle: text, pageIconColor: color("link") }, option.legend),
      grid: option.grid,
      xAxis: axis(option.xAxis),
      yAxis: axis(option.yAxis),
      series: option.series.map((given) => {
        const series = Object.assign({}, given, { color: color(seriesColor(given.color)) });
        if (series.markLine) {
          series.markLine = Object.assign({}, series.markLine, {
            lineStyle: { color: color("text") }, label: Object.assign({}, series.markLine.label, text),
          });
        }
        return series;
      }),
      media: vertical ? [] : [{ query: { maxWidth: 480 }, option: { yAxis: { axisLabel: { width: 90 } } } }],
    });
  }

  // There are eight colours of series. Further ones begin again.
  function seriesColor(name) {
    const match = /^series(\d+)$/.exec(name);
    return match ? "series" + (Number(match[1]) % 8) : name;
  }

  // The map of a workflow: dagre places the states and the arrows, and they are drawn as SVG in the colours of the theme.
  function drawMap(place, map) {
    const measure = document.createElement("canvas").getContext("2d");
    const width = (text, size) => {
      measure.font = size + "px sans-serif";
      return Math.max(...text.split("\n").map((line) => measure.measureText(line).width));
    };
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({ rankdir: "LR", nodesep: 30, ranksep: 36, edgesep: 16, marginx: 12, marginy: 12 });
    const loops = new Map(map.edges.filter((edge) => edge.source === edge.target).map((edge) => [edge.source, edge]));
    const arrows = map.edges.filter((edge) => edge.source !== edge.target);
    map.nodes.forEach((node) => graph.setNode(node.name,
      { width: Math.max(90, width(node.label, 13) + 28), height: loops.has(node.name) ? 140 : 48 }));
    arrows.forEach((edge) => graph.setEdge(edge.source, edge.target,
      { width: edge.label ? width(edge.label, 11) + 12 : 0, height: edge.label ? 14 : 0, labelpos: "c", weight: edge.weight }));
    dagre.layout(graph);
    const svg = element("svg", {});
    const heads = element("defs", {});
    for (const kind of ["edge", "bad"]) {
      const head = element("marker", { id: place.dataset.chart + "-" + kind, viewBox: "0 0 10 10", refX: 9, refY: 5,
        markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" });
      head.append(element("path", { d: "M0 0L10 5L0 10z", class: "head " + kind }));
      heads.append(head);
    }
    svg.append(heads);
    arrows.forEach((edge) => {
      const found = graph.edge(edge.source, edge.target);
      const path = element("path", { d: curve(found.points), class: "arrow " + edge.kind, "stroke-width": edge.width,
        "marker-end": "url(#" + place.dataset.chart + "-" + edge.kind + ")" });
      path.append(element("title", {}, edge.told));
      svg.append(path);
    });
    arrows.filter((edge) => edge.label).forEach((edge) => {
      const found = graph.edge(edge.source, edge.target);
      const half = width(edge.label, 11) / 2 + 4;
      svg.append(element("rect", { x: found.x - half, y: found.y - 8, width: 2 * half, height: 16, class: "behind" }));
      svg.append(element("text", { x: found.x, y: found.y + 4, class: "on-arrow" }, edge.label));
    });
    map.nodes.forEach((node) => {
      const at = graph.node(node.name);
      const loop = loops.get(node.name);
      if (loop) { // dagre has no good place for an arrow that leads back
        const path = element("path", { class: "arrow " + loop.kind, "stroke-width": loop.width,
          d: "M" + (at.x - 18) + " " + (at.y + 24) + "C" + (at.x - 34) + " " + (at.y + 60) + " " + (at.x + 34) + " "
            + (at.y + 60) + " " + (at.x + 18) + " " + (at.y + 26),
          "marker-end": "url(#" + place.dataset.chart + "-" + loop.kind + ")" });
        path.append(element("title", {}, loop.told));
        svg.append(path, element("text", { x: at.x, y: at.y + 66, class: "on-arrow" }, loop.label));
      }
      const box = element("g", { class: "state " + node.kind });
      box.append(element("rect", { x: at.x - at.width / 2, y: at.y - 24, width: at.width, height: 48, rx: 9 }));
      node.label.split("\n").forEach((line, place) => {
        box.append(element("text", { x: at.x, y: at.y - 4 + 18 * place, class: place ? "count" : "" }, line));
      });
      box.append(element("title", {}, node.told));
      svg.append(box);
    });
    place.append(svg);
    const box = svg.getBBox();
    svg.setAttribute("viewBox", [box.x - 8, box.y - 8, box.width + 16, box.height + 16].join(" "));
    svg.setAttribute("width", box.width + 16);
    svg.setAttribute("height", box.height + 16);
  }

  function element(name, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  }

  // A smooth path: each point but the first and the last is the control point of a curve between the middles beside it.
  function curve(points) {
    let path = "M" + points[0].x + " " + points[0].y;
    for (let i = 1; i < points.length - 1; i++) {
      const last = i === points.length - 2;
      const to = last ? points[i + 1] : { x: (points[i].x + points[i + 1].x) / 2, y: (points[i].y + points[i + 1].y) / 2 };
      path += "Q" + points[i].x + " " + points[i].y + " " + to.x + " " + to.y;
    }
    return points.length === 2 ? path + "L" + points[1].x + " " + points[1].y : path;
  }

  function draw(place) {
    const option = options[Number(place.dataset.chart)];
    if (option.map) {
      if (!place.firstChild) {
        drawMap(place, option.map);
      }
      return;
    }
    const chart = drawn.get(place) || echarts.init(place, null, { renderer: "svg" });
    drawn.set(place, chart);
    chart.setOption(themed(option), true);
    chart.resize();
  }

  function drawVisible(within) {
    for (const place of within.querySelectorAll("[data-chart]")) {
      if (place.offsetParent !== null) {
        draw(place);
      }
    }
  }

  function setTheme(dark) {
    root.dataset.theme = dark ? "dark" : "light";
    theme.setAttribute("aria-pressed", String(dark));
    drawVisible(document);
  }

  function pick(select) {
    for (const view of select.closest(".block").querySelectorAll("[data-view]")) {
      view.hidden = view.dataset.view !== select.value;
    }
  }

  function sort(button) {
    const header = button.closest("th");
    const table = header.closest("table");
    const place = [...header.parentNode.children].indexOf(header);
    const isNumber = header.classList.contains("number");
    const down = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of header.parentNode.children) {
      other.removeAttribute("aria-sort");
    }
    header.setAttribute("aria-sort", down === 1 ? "ascending" : "descending");
    const value = (row) => row.children[place].dataset.value;
    const compare = isNumber ? (a, b) => Number(value(a)) - Number(value(b)) : (a, b) => value(a).localeCompare(value(b));
    table.tBodies[0].append(...[...table.tBodies[0].rows].sort((a, b) => down * compare(a, b)));
  }

  function search(input) {
    const box = input.closest(".table");
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...box.querySelectorAll("tbody tr")];
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    box.querySelector(".found").textContent = words.length ? shown + " of " + rows.length + " rows" : "";
  }

  function openStory() {
    const story = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (story && story.tagName === "DETAILS") {
      story.open = true;
      story.scrollIntoView();
      story.querySelector("summary").focus();
    }
  }

  for (const select of document.querySelectorAll("[data-views]")) {
    select.addEventListener("change", () => {
      pick(select);
      drawVisible(select.closest(".block"));
    });
    pick(select);
  }
  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => sort(button));
  }
  for (const input of document.querySelectorAll("[data-search]")) {
    input.addEventListener("input", () => search(input));
  }
  theme.hidden = false;
  theme.addEventListener("click", () => setTheme(root.dataset.theme !== "dark"));
  prefersDark.addEventListener("change", (event) => setTheme(event.matches));
  window.addEventListener("hashchange", openStory);
  window.addEventListener("resize", () => drawn.forEach((chart, place) => place.offsetParent && chart.resize()));
  let before;
  window.addEventListener("beforeprint", () => {
    before = root.dataset.theme;
    for (const view of document.querySelectorAll("[data-view]")) {
      view.hidden = false;
    }
    setTheme(false);
  });
  window.addEventListener("afterprint", () => {
    document.querySelectorAll("[data-views]").forEach(pick);
    setTheme(before === "dark");
  });
  setTheme(prefersDark.matches);
  openStory();
})();
