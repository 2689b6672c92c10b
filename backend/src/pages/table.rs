//! Tables of the console and of public pages: a caption, columns that keep a head and its cells together, a row an item.

use std::borrow::Cow;

use maud::{Markup, Render, html};

use super::{Lang, tr};

/// What a column writes for an item.
type Cells<'a, L> = Box<dyn Fn(&'a L) -> Markup + 'a>;

/// Which items are marked.
type Marked<'a, L> = Box<dyn Fn(&'a L) -> bool + 'a>;

/// A column, or columns that are written together.
struct Column<'a, L> {
    heads: Vec<Cow<'a, str>>,
    /// Whether it is set as figures are: to the right, digits below each other.
    is_number: bool,
    cells: Cells<'a, L>,
}

/// A table that is being put together, column by column.
pub struct Table<'a, L> {
    id: Cow<'a, str>,
    caption: Cow<'a, str>,
    is_caption_hidden: bool,
    is_pinned: bool,
    lines: &'a [L],
    columns: Vec<Column<'a, L>>,
    mark: Option<(&'static str, Marked<'a, L>)>,
}

impl<'a, L> Table<'a, L> {
    /// A table of `lines` without columns; `id` is its caption's.
    pub fn new(id: impl Into<Cow<'a, str>>, caption: impl Into<Cow<'a, str>>, lines: &'a [L]) -> Self {
        Self {
            id: id.into(),
            caption: caption.into(),
            is_caption_hidden: false,
            is_pinned: false,
            lines,
            columns: Vec::new(),
            mark: None,
        }
    }

    /// The caption is heard only: a heading above the table says the same.
    pub fn hidden_caption(mut self) -> Self {
        self.is_caption_hidden = true;
        self
    }

    /// The first column stays in sight while a wide table is scrolled.
    pub fn pinned(mut self) -> Self {
        self.is_pinned = true;
        self
    }

    /// Rows of the items that `is_marked` finds have the class `class`.
    pub fn mark(mut self, class: &'static str, is_marked: impl Fn(&'a L) -> bool + 'a) -> Self {
        self.mark = Some((class, Box::new(is_marked)));
        self
    }

    /// The columns that `add` adds, where `there` holds.
    pub fn when(self, there: bool, add: impl FnOnce(Self) -> Self) -> Self {
        if there { add(self) } else { self }
    }

    fn column<R: Render>(
        self,
        head: impl Into<Cow<'a, str>>,
        (is_number, is_row_head): (bool, bool),
        class: Option<&'static str>,
        cell: impl Fn(&'a L) -> R + 'a,
    ) -> Self {
        let cells = move |line| {
            let cell = cell(line);
            html! {
                @if is_row_head { th class=[class] scope="row" { (cell) } } @else { td class=[class] { (cell) } }
            }
        };
        self.cells([head.into()], is_number, cells)
    }

    /// A column of what names the row.
    pub fn head<R: Render>(self, head: impl Into<Cow<'a, str>>, cell: impl Fn(&'a L) -> R + 'a) -> Self {
        self.column(head, (false, true), None, cell)
    }

    /// A column of what names the row, with a class of its own.
    pub fn head_in<R: Render>(
        self,
        class: &'static str,
        head: impl Into<Cow<'a, str>>,
        cell: impl Fn(&'a L) -> R + 'a,
    ) -> Self {
        self.column(head, (false, true), Some(class), cell)
    }

    /// A column of numbers that name the row.
    pub fn num_head<R: Render>(self, head: impl Into<Cow<'a, str>>, cell: impl Fn(&'a L) -> R + 'a) -> Self {
        self.column(head, (true, true), Some("num"), cell)
    }

    /// A column of words.
    pub fn text<R: Render>(self, head: impl Into<Cow<'a, str>>, cell: impl Fn(&'a L) -> R + 'a) -> Self {
        self.column(head, (false, false), None, cell)
    }

    /// A column of words, with a class of its own.
    pub fn text_in<R: Render>(
        self,
        class: &'static str,
        head: impl Into<Cow<'a, str>>,
        cell: impl Fn(&'a L) -> R + 'a,
    ) -> Self {
        self.column(head, (false, false), Some(class), cell)
    }

    /// A column of figures.
    pub fn num<R: Render>(self, head: impl Into<Cow<'a, str>>, cell: impl Fn(&'a L) -> R + 'a) -> Self {
        self.column(head, (true, false), Some("num"), cell)
    }

    /// Columns whose cells are written together, with their elements: `cells` gives as many as there are `heads`.
    pub fn cells<H: Into<Cow<'a, str>>>(
        mut self,
        heads: impl IntoIterator<Item = H>,
        is_number: bool,
        cells: impl Fn(&'a L) -> Markup + 'a,
    ) -> Self {
        self.columns.push(Column {
            heads: heads.into_iter().map(Into::into).collect(),
            is_number,
            cells: Box::new(cells),
        });
        self
    }

    /// The table in a region of its own, see [`scrolling`].
    pub fn scrolling(&self, lang: Lang) -> Markup {
        scrolling(lang, &self.id, &self.render())
    }

    fn class_of(&self, line: &'a L) -> Option<&'static str> {
        let (class, is_marked) = self.mark.as_ref()?;
        is_marked(line).then_some(*class)
    }
}

impl<L> Render for Table<'_, L> {
    fn render(&self) -> Markup {
        html! {
            table class=[self.is_pinned.then_some("pinned")] {
                caption class=[self.is_caption_hidden.then_some("hidden")] id=(self.id) { (self.caption) }
                thead {
                    tr {
                        @for column in &self.columns {
                            @for head in &column.heads {
                                th class=[column.is_number.then_some("num")] scope="col" { (head) }
                            }
                        }
                    }
                }
                tbody {
                    @for line in self.lines {
                        tr class=[self.class_of(line)] {
                            @for column in &self.columns { ((column.cells)(line)) }
                        }
                    }
                }
            }
        }
    }
}

/// A table in a region of its own that scrolls sideways on a phone and can be
/// reached and scrolled with the keyboard.
pub fn scrolling(lang: Lang, label_id: &str, table: &Markup) -> Markup {
    let name = format!("{label_id} {label_id}-scroll");
    html! {
        div.scroll role="region" tabindex="0" aria-labelledby=(name) {
            (table)
            span #{ (label_id) "-scroll" } hidden { (tr!(lang, "console.scroll")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_cells_stand_in_the_same_order() {
        let lines = [("东", 3, false), ("西", 5, true)];
        let table = Table::new("places", "地点", &lines)
            .hidden_caption()
            .mark("bad", |line| line.2)
            .head("名", |line| line.0)
            .when(false, |table| table.text("不在", |line| line.0))
            .cells(
                ["甲", "乙"],
                true,
                |line| html! { td.num { (line.1) } td.num { (line.1 + 1) } },
            )
            .text_in("day", "日", |_| "–");
        let head = "<caption class=\"hidden\" id=\"places\">地点</caption><thead><tr><th scope=\"col\">名</th>\
            <th class=\"num\" scope=\"col\">甲</th><th class=\"num\" scope=\"col\">乙</th><th scope=\"col\">日</th></tr></thead>";
        let html = table.render().into_string();
        assert!(html.starts_with(&format!("<table>{head}")), "{html}");
        assert!(
            html.contains("<tr><th scope=\"row\">东</th><td class=\"num\">3</td><td class=\"num\">4</td>")
        );
        assert!(html.contains("<tr class=\"bad\"><th scope=\"row\">西</th>"));
    }

    #[test]
    fn what_an_item_holds_is_escaped() {
        let lines = ["<b>".to_owned()];
        let html = Table::new("a", "<i>", &lines)
            .text("<u>", |line| line)
            .render()
            .into_string();
        assert!(
            !html.contains("<b>") && !html.contains("<i>") && !html.contains("<u>"),
            "{html}"
        );
    }

    #[test]
    fn the_region_is_named_by_the_caption() {
        let lines: [u8; 0] = [];
        let html = Table::new("empty", "空", &lines)
            .scrolling(Lang::Zh)
            .into_string();
        assert!(
            html.contains("aria-labelledby=\"empty empty-scroll\"") && html.contains("id=\"empty\""),
            "{html}"
        );
    }
}
