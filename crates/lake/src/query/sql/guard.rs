//! Looks at a query's text before anything is planned: its size, its shape, and that it only reads.

use super::refused;
use datafusion::{
    common::format::ExplainStatementOptions,
    sql::{
        parser::{DFParserBuilder, ExplainStatement, Statement},
        sqlparser::{
            ast::{SetExpr, Statement as SqlStatement, Visit, Visitor},
            dialect::GenericDialect,
            keywords::Keyword,
            tokenizer::{Token, Tokenizer},
        },
    },
};
use model::StoreResult;
use std::ops::ControlFlow;

/// Longest query, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// Most operators: chains of them become trees as deep as the chain is long.
const MAX_OPERATORS: usize = 500;
/// Deepest nesting of parentheses: parser and planner recurse.
const MAX_DEPTH: usize = 50;
/// Nesting that the parser itself follows, counted in its own steps (several a parenthesis).
const PARSER_RECURSION: usize = 200;

const EXPECTED: &str = "expected one SELECT (WITH, UNION, subqueries and EXPLAIN are fine); nothing here can be changed";

/// The one statement of `query`, if it is a SELECT or an EXPLAIN of one.
pub(super) fn read_only(query: &str) -> StoreResult<Statement> {
    if query.len() > MAX_BYTES {
        return Err(refused(format!("a query has at most {MAX_BYTES} bytes")));
    }
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, query).tokenize_with_location().map_err(|error| refused(error.to_string()))?;
    check_shape(tokens.iter().map(|token| &token.token))?;
    let parser = DFParserBuilder::new(tokens).with_dialect(&dialect).with_recursion_limit(PARSER_RECURSION).build();
    let statements = parser.and_then(|mut parser| parser.parse_statements()).map_err(|error| {
        let message = error.strip_backtrace();
        refused(message.strip_prefix("SQL error: ").unwrap_or(&message))
    })?;
    let mut statements = statements.into_iter();
    match (statements.next(), statements.next()) {
        (Some(statement), None) if reads_only(&statement) => Ok(statement),
        _ => Err(refused(EXPECTED)),
    }
}

fn check_shape<'a>(tokens: impl Iterator<Item = &'a Token>) -> StoreResult<()> {
    let (mut operators, mut depth) = (0, 0_usize);
    for token in tokens {
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
            Token::RParen | Token::RBracket | Token::RBrace => depth = depth.saturating_sub(1),
            token if is_operator(token) => operators += 1,
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(refused(format!("a query nests at most {MAX_DEPTH} deep")));
        }
        if operators > MAX_OPERATORS {
            return Err(refused(format!("a query has at most {MAX_OPERATORS} operators; write long lists as IN (...)")));
        }
    }
    Ok(())
}

fn is_operator(token: &Token) -> bool {
    match token {
        Token::Word(word) => matches!(
            word.keyword,
            Keyword::AND
                | Keyword::OR
                | Keyword::NOT
                | Keyword::XOR
                | Keyword::IS
                | Keyword::LIKE
                | Keyword::ILIKE
                | Keyword::BETWEEN
                | Keyword::CASE
                | Keyword::WHEN
                | Keyword::SELECT
                | Keyword::UNION
                | Keyword::INTERSECT
                | Keyword::EXCEPT
                | Keyword::JOIN
                | Keyword::AT
                | Keyword::COLLATE
                | Keyword::INTERVAL
                | Keyword::EXPLAIN
        ),
        Token::EOF
        | Token::Number(..)
        | Token::Char(_)
        | Token::SingleQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::DollarQuotedString(_)
        | Token::EscapedStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::HexStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::Comma
        | Token::Period
        | Token::Whitespace(_)
        | Token::SemiColon
        | Token::Placeholder(_) => false,
        _ => true,
    }
}

fn reads_only(statement: &Statement) -> bool {
    match statement {
        Statement::Statement(statement) => match statement.as_ref() {
            SqlStatement::Query(_) => only_selects(statement.as_ref()),
            SqlStatement::Explain { analyze: false, statement, .. } => {
                matches!(statement.as_ref(), SqlStatement::Query(_)) && only_selects(statement)
            }
            _ => false,
        },
        // With options it could run the query, or show the physical plan with its files.
        Statement::Explain(ExplainStatement { options, statement }) if *options == ExplainStatementOptions::default() => {
            matches!(statement.as_ref(), Statement::Statement(inner) if matches!(inner.as_ref(), SqlStatement::Query(_)))
                && reads_only(statement)
        }
        Statement::Explain(_) | Statement::CreateExternalTable(_) | Statement::CopyTo(_) | Statement::Reset(_) => false,
    }
}

/// A query's body may also be INSERT, UPDATE, DELETE or MERGE, at any depth, and a SELECT may have INTO.
fn only_selects(statement: &SqlStatement) -> bool {
    struct Writes;
    impl Visitor for Writes {
        type Break = ();
        fn pre_visit_query(&mut self, query: &datafusion::sql::sqlparser::ast::Query) -> ControlFlow<()> {
            if body_reads(&query.body) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        }
    }
    statement.visit(&mut Writes).is_continue()
}

fn body_reads(body: &SetExpr) -> bool {
    let mut bodies = vec![body];
    while let Some(body) = bodies.pop() {
        match body {
            SetExpr::Select(select) if select.into.is_none() => {}
            SetExpr::Query(query) => bodies.push(&query.body),
            SetExpr::SetOperation { left, right, .. } => bodies.extend([left.as_ref(), right.as_ref()]),
            SetExpr::Values(_) => {}
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_pass() {
        for query in [
            "SELECT 1",
            "select * from spans where a in (1,2);",
            "WITH x AS (SELECT 1 AS a) SELECT a FROM x UNION ALL SELECT 2",
            "EXPLAIN SELECT 1",
            "SELECT count(*) FROM (SELECT 1) t",
        ] {
            assert!(read_only(query).is_ok(), "{query}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for query in [
            "",
            "SELECT 1; SELECT 2",
            "INSERT INTO spans VALUES (1)",
            "DELETE FROM spans",
            "UPDATE spans SET name = 'x'",
            "CREATE TABLE t (a INT)",
            "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
            "COPY spans TO 'x.csv'",
            "SET datafusion.execution.batch_size = 1",
            "SHOW ALL",
            "DROP TABLE spans",
            "EXPLAIN ANALYZE SELECT 1",
            "EXPLAIN DELETE FROM spans",
            "SELECT 1 INTO t",
            "DESCRIBE spans",
            "PREPARE p AS SELECT 1",
            "WITH d AS (DELETE FROM spans) SELECT 1",
        ] {
            assert!(read_only(query).is_err(), "{query}");
        }
    }

    #[test]
    fn shape_is_bounded_before_parsing() {
        for query in [
            format!("SELECT {}1{}", "(".repeat(60), ")".repeat(60)),
            format!("SELECT 1{}", "+1".repeat(600)),
            format!("SELECT * FROM spans WHERE {}", vec!["a = 1"; 600].join(" OR ")),
            format!("SELECT {}1", "NOT ".repeat(600)),
            format!("SELECT {}1", "- ".repeat(600)),
            "SELECT 1".to_owned() + &" ".repeat(MAX_BYTES),
        ] {
            assert!(read_only(&query).is_err());
        }
        assert!(read_only(&format!("SELECT * FROM spans WHERE a IN ({})", vec!["1"; 5_000].join(","))).is_ok());
    }
}
