//! How the dataset is opened, in the tools that researchers use; the paths are those below the folder of the card.

/// The section of the card.
pub const LOADING: &str = "\
## How do I load it?

`data/` holds every article twice, as Parquet and as JSON Lines, the same rows in the same order: name one form. From this folder:

```python
# pandas
from pathlib import Path
import pandas as pd
articles = pd.concat([pd.read_parquet(file) for file in sorted(Path(\"data\").glob(\"*.parquet\"))], ignore_index=True)
```

```python
# Polars
import polars as pl
articles = pl.read_parquet(\"data/*.parquet\")
```

```python
# Hugging Face datasets; the other tables by their names: load_dataset(os.getcwd(), \"records\")
import os
from datasets import load_dataset
articles = load_dataset(os.getcwd(), split=\"train\")
```

```sql
-- DuckDB
SELECT source_id, count(*) FROM 'data/*.parquet' GROUP BY ALL ORDER BY ALL;
```

```r
# R
library(arrow)
articles <- open_dataset(Sys.glob(\"data/*.parquet\")) |> dplyr::collect()
```

```python
# Croissant
import itertools, mlcroissant
articles = mlcroissant.Dataset(\"croissant.json\").records(\"articles\")
print(list(itertools.islice(articles, 3)))
```

Copies in *other* outlets are rows; for one row a story, keep those where `is_representative` is true. `published_date` is null where
an article states no date that can be read without guessing; `published_precision` says how much of it is stated. Count days by
`published_date`: `published_at` is an instant in UTC, known only with a time of day and a zone.
";
