// Asks GoogleSQL's analyser, on which BigQuery is built, about statements: grammar, names, types. Nothing is executed, and no table holds a row.
//
// A JSON text a line comes in, one statement each; {"kind", "error"} a line goes out. Every kind of statement is taken as it is sent, with its partitions, clusters and options.
// A table or view that a statement creates is there for those that follow it, with the columns that the analyser found.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	sql "github.com/goccy/go-googlesql"
)

const project = "db"

// What BigQuery's documentation has beyond the core of the language, as far as our statements need it. The rest stays off: the analyser knows much that BigQuery does not.
var features = []sql.LanguageFeature{
	sql.LanguageFeatureFeatureCreateTablePartitionBy,
	sql.LanguageFeatureFeatureCreateTableClusterBy,
	sql.LanguageFeatureFeatureWithOnSubquery,
	sql.LanguageFeatureFeatureWithRecursive,
	sql.LanguageFeatureFeatureAnalyticFunctions,
	sql.LanguageFeatureFeatureNullHandlingModifierInAnalytic,
	sql.LanguageFeatureFeatureNullsFirstLastInOrderBy,
	sql.LanguageFeatureFeatureOrderByInAggregate, // string_agg
	sql.LanguageFeatureFeatureNamedArguments,
	sql.LanguageFeatureFeatureSafeFunctionCall,
	sql.LanguageFeatureFeatureJsonType,
	sql.LanguageFeatureFeatureJsonValueExtractionFunctions,
	sql.LanguageFeatureFeatureCivilTime, // DATETIME
	sql.LanguageFeatureFeatureNumericType,
	sql.LanguageFeatureFeatureBignumericType,
}

type answer struct {
	Kind  string `json:"kind"`
	Error string `json:"error"`
}

// tables are all that a project has, by the path within it.
type tables struct {
	sql.CatalogCallbackDefaults
	known map[string]*sql.SimpleTable
}

func (t tables) FullName() (string, error) { return project, nil }

func (t tables) FindTable(path []string, _ *sql.FindOptions) (sql.TableNode, error) {
	if table, ok := t.known[strings.Join(path, ".")]; ok {
		return table, nil
	}
	return nil, fmt.Errorf("Table not found: %s", strings.Join(path, "."))
}

// column is one that a statement gives its table: defined, or selected.
type column interface {
	Name() (string, error)
	Column() (*sql.ResolvedColumn, error)
}

// add puts a table there, in the place of an older one.
func add[C column](t tables, path []string, columns []C) {
	name := strings.Join(path[1:], ".")
	table := must(sql.NewSimpleTable(name, 0))
	for _, c := range columns {
		check(table.AddColumn2(must(sql.NewSimpleColumn(name, must(c.Name()), must(must(c.Column()).Type()), false, true)), false))
	}
	t.known[name] = table
}

func analyse(text string, options *sql.AnalyzerOptions, root *sql.SimpleCatalog, types *sql.TypeFactory, there tables) answer {
	analysed, err := sql.AnalyzeStatement(text, options, root, types)
	if err != nil {
		return answer{Error: err.Error()}
	}
	statement := must(analysed.ResolvedStatement())
	switch s := statement.(type) {
	case *sql.ResolvedCreateTableStmt:
		add(there, must(s.NamePath()), must(s.ColumnDefinitionList()))
	case *sql.ResolvedCreateTableAsSelectStmt:
		add(there, must(s.NamePath()), must(s.OutputColumnList()))
	case *sql.ResolvedCreateViewStmt:
		add(there, must(s.NamePath()), must(s.OutputColumnList()))
	}
	return answer{Kind: must(statement.NodeKindString())}
}

func main() {
	check(sql.Init())
	language := must(sql.NewLanguageOptions())
	check(language.SetProductMode(sql.ProductModeProductExternal)) // only the types that Google's customers have
	check(language.SetSupportsAllStatementKinds())
	check(language.EnableReservableKeyword("QUALIFY", true))
	for _, feature := range features {
		check(language.EnableLanguageFeature(feature))
	}
	options := must(sql.NewAnalyzerOptions2())
	check(options.SetLanguage(language))
	types := must(sql.NewTypeFactory())
	root := must(sql.NewSimpleCatalog("root", nil))
	check(root.AddBuiltinFunctionsAndTypes(&sql.BuiltinFunctionOptions{LanguageOptions: language}))
	check(root.AddType("bigint", must(types.GetInt64()))) // BigQuery's other name for INT64, which dbt writes
	there := tables{known: map[string]*sql.SimpleTable{}}
	check(root.AddCatalog2(project, must(sql.NewCatalogFromImpl(there))))

	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for in.More() {
		var text string
		check(in.Decode(&text))
		check(out.Encode(analyse(text, options, root, types, there)))
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
