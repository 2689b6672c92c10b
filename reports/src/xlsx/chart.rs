//! Native charts of a sheet, so that an office can restyle them in its own program.

use rust_xlsxwriter::{
    Chart, ChartErrorBars, ChartErrorBarsType, ChartRange, ChartSolidFill, ChartType, Color, Format,
    Worksheet, XlsxError as WriterError,
};

use super::last_index;
use crate::model::{Sheet, SheetChart};
use crate::number::Value;

/// Teal for the first series, then greys and amber that differ in grey print too.
const SERIES: [u32; 3] = [0x00AE_B6BD, 0x0054_9AA6, 0x000B_5C6B];
/// What a row of a bar chart is high, in pixels.
const ROW_PIXELS: u32 = 26;

/// Draws `chart` to the right of the sheet's table.
pub(super) fn insert(
    worksheet: &mut Worksheet,
    sheet: &Sheet,
    chart: &SheetChart,
    header_row: u32,
) -> Result<(), WriterError> {
    let Some(last_column) = last_index(sheet.table.columns.len()) else {
        return Ok(());
    };
    let rows = u32::try_from(sheet.table.rows.len()).unwrap_or(0);
    if rows == 0 {
        return Ok(());
    }
    let (first, last) = (header_row + 1, header_row + rows);
    let mut picture = Chart::new(ChartType::Bar);
    let title = match chart {
        SheetChart::BarsWithIntervals {
            title,
            names,
            values,
            lower,
            upper,
        } => {
            // Error bars take distances, not ends: two helper columns beyond the table hold them.
            let helper = last_column + 20;
            write_distances(worksheet, sheet, header_row, helper, [*values, *lower, *upper])?;
            let range = |column| ChartRange::new_from_range(&sheet.name, first, column, last, column);
            let mut bars = ChartErrorBars::new();
            bars.set_type(ChartErrorBarsType::Custom(range(helper), range(helper + 1)));
            picture
                .add_series()
                .set_categories((sheet.name.as_str(), first, *names, last, *names))
                .set_values((sheet.name.as_str(), first, *values, last, *values))
                .set_name((sheet.name.as_str(), header_row, *values))
                .set_x_error_bars(&bars)
                .set_format(ChartSolidFill::new().set_color(Color::RGB(SERIES[1])));
            picture.legend().set_hidden();
            title
        }
        SheetChart::Clusters { title, names, series } => {
            for (column, colour) in series.iter().zip(SERIES) {
                picture
                    .add_series()
                    .set_categories((sheet.name.as_str(), first, *names, last, *names))
                    .set_values((sheet.name.as_str(), first, *column, last, *column))
                    .set_name((sheet.name.as_str(), header_row, *column))
                    .set_format(ChartSolidFill::new().set_color(Color::RGB(colour)));
            }
            title
        }
    };
    picture.title().set_name(title);
    picture.set_alt_text(title);
    picture.x_axis().set_reverse();
    picture
        .set_width(640)
        .set_height((rows * ROW_PIXELS * series_count(chart) + 120).min(1600));
    worksheet.insert_chart(header_row, last_column + 2, &picture)?;
    Ok(())
}

fn series_count(chart: &SheetChart) -> u32 {
    match chart {
        SheetChart::BarsWithIntervals { .. } => 1,
        SheetChart::Clusters { series, .. } => u32::try_from(series.len()).unwrap_or(1).max(1),
    }
}

/// Writes upper − value and value − lower beside the table, as `Custom` error bars want them.
fn write_distances(
    worksheet: &mut Worksheet,
    sheet: &Sheet,
    header_row: u32,
    helper: u16,
    [value, lower, upper]: [u16; 3],
) -> Result<(), WriterError> {
    let quiet = Format::new()
        .set_font_color(Color::RGB(0x009A_A1A7))
        .set_num_format("0.0");
    worksheet.write_string_with_format(header_row, helper, "+", &quiet)?;
    worksheet.write_string_with_format(header_row, helper + 1, "−", &quiet)?;
    for (row, at) in sheet.table.rows.iter().zip(header_row + 1..) {
        let figure = |column: u16| match row.cells.get(usize::from(column)) {
            Some(Value::Number(figure, _) | Value::Marked(figure, _)) => Some(*figure),
            _ => None,
        };
        if let (Some(value), Some(lower), Some(upper)) = (figure(value), figure(lower), figure(upper)) {
            worksheet.write_number_with_format(at, helper, upper - value, &quiet)?;
            worksheet.write_number_with_format(at, helper + 1, value - lower, &quiet)?;
        }
    }
    Ok(())
}
