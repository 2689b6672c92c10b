//! Apache Parquet, a row group for every few thousand rows.

use std::io::{self, Write};

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    Column as PolarsColumn, DataFrame, DataType, Field, IntoColumn, NamedFrom, ParquetWriter, Schema, Series,
};

use super::Sink;
use super::columns::{Cell, Kind, Table};

/// Rows of a row group: enough to pack well, few enough to hold.
const GROUP: usize = 4_096;

/// A Parquet file in the making.
pub(super) struct Parquet<'t, W: Write> {
    out: BatchedWriter<W>,
    table: &'t Table,
    /// Columns of the row group under way.
    held: Vec<Vec<Cell>>,
}

fn dtype(kind: Kind) -> DataType {
    match kind {
        Kind::Integer => DataType::Int64,
        Kind::Decimal => DataType::Float64,
        Kind::Flag => DataType::Boolean,
        Kind::Text | Kind::Date | Kind::Factor | Kind::Multiple => DataType::String,
    }
}

impl<'t, W: Write> Parquet<'t, W> {
    /// Begins the file.
    pub(super) fn begin(out: W, table: &'t Table) -> io::Result<Self> {
        let fields = table
            .columns
            .iter()
            .map(|column| Field::new(column.name.as_str().into(), dtype(column.kind)));
        let schema: Schema = fields.collect();
        Ok(Self {
            out: ParquetWriter::new(out)
                .batched(&schema)
                .map_err(io::Error::other)?,
            table,
            held: vec![Vec::with_capacity(GROUP); table.columns.len()],
        })
    }

    fn write_group(&mut self) -> io::Result<()> {
        let rows = self.held.first().map_or(0, Vec::len);
        if rows == 0 {
            return Ok(());
        }
        let columns = self.table.columns.iter().zip(&self.held);
        let columns: Vec<PolarsColumn> = columns
            .map(|(column, cells)| series(&column.name, column.kind, cells))
            .collect();
        let frame = DataFrame::new(rows, columns).map_err(io::Error::other)?;
        self.out.write_batch(&frame).map_err(io::Error::other)?;
        for cells in &mut self.held {
            cells.clear();
        }
        Ok(())
    }
}

fn series(name: &str, kind: Kind, cells: &[Cell]) -> PolarsColumn {
    let name = name.into();
    let number = |cell: &Cell| match cell {
        Cell::Number(number) => Some(*number),
        _ => None,
    };
    match dtype(kind) {
        DataType::Int64 => {
            let whole = cells.iter().map(|cell| number(cell).map(|n| n as i64));
            Series::new(name, whole.collect::<Vec<_>>()).into_column()
        }
        DataType::Float64 => Series::new(name, cells.iter().map(number).collect::<Vec<_>>()).into_column(),
        DataType::Boolean => {
            let yes = cells.iter().map(|cell| match cell {
                Cell::Flag(yes) => Some(*yes),
                _ => None,
            });
            Series::new(name, yes.collect::<Vec<_>>()).into_column()
        }
        _ => {
            let text = cells.iter().map(|cell| match cell {
                Cell::Text(text) => Some(text.as_str()),
                _ => None,
            });
            Series::new(name, text.collect::<Vec<_>>()).into_column()
        }
    }
}

impl<W: Write + Send> Sink for Parquet<'_, W> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        for (held, cell) in self.held.iter_mut().zip(cells) {
            held.push(cell.clone());
        }
        match self.held.first().map_or(0, Vec::len) < GROUP {
            true => Ok(()),
            false => self.write_group(),
        }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.write_group()?;
        self.out.finish().map_err(io::Error::other)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{ParquetReader, SerReader};

    use super::*;

    #[test]
    fn row_groups_are_read_back_as_one_table() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.parquet");
        let table = Table::of(vec![
            ("a", Kind::Factor, Vec::new()),
            ("n", Kind::Integer, Vec::new()),
        ]);
        let mut sink = Box::new(Parquet::begin(std::fs::File::create(&path).unwrap(), &table).unwrap());
        let rows = GROUP + 10;
        for row in 0..rows {
            let text = match row % 3 {
                0 => Cell::Empty,
                _ => Cell::Text("=好".to_owned()),
            };
            sink.row(&[text, Cell::Number(row as f64)]).unwrap();
        }
        sink.finish().unwrap();
        let frame = ParquetReader::new(std::fs::File::open(&path).unwrap())
            .finish()
            .unwrap();
        assert_eq!(frame.height(), rows);
        assert_eq!(
            frame.column("n").unwrap().i64().unwrap().get(rows - 1),
            Some(rows as i64 - 1)
        );
        assert_eq!(frame.column("a").unwrap().str().unwrap().get(1), Some("=好"));
        assert_eq!(frame.column("a").unwrap().null_count(), rows.div_ceil(3));
    }
}
