"""Reads an SPSS file with pyreadstat and prints it as JSON: an independent reader's view of what Minyi wrote."""
import json
import sys

import pyreadstat

data, meta = pyreadstat.read_sav(sys.argv[1], user_missing=True, output_format="dict")
print(
    json.dumps(
        {
            "rows": meta.number_rows,
            "title": meta.file_label,
            "encoding": meta.file_encoding,
            "labels": meta.column_names_to_labels,
            "values": {
                name: {str(value): label for value, label in labels.items()}
                for name, labels in meta.variable_value_labels.items()
            },
            "missing": meta.missing_ranges,
            "measure": meta.variable_measure,
            "data": data,
        },
        ensure_ascii=False,
    )
)
