using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Delivery.TrainingStore.Sqlite;

/// <summary>The database file: its tables, its connections and what its errors mean.</summary>
internal sealed class SqliteFile
{
    private const int SchemaVersion = 1;
    private const int ApplicationId = 0x444C5653; // "DLVS" in the file's header: tells our file from somebody else's database

    private const string Tables =
        """
        CREATE TABLE state(name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, saved_at TEXT NOT NULL, state BLOB);
        CREATE TABLE model(name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, saved_at TEXT NOT NULL, file BLOB NOT NULL);
        CREATE TABLE holdout(name TEXT NOT NULL, chunk INTEGER NOT NULL, bytes INTEGER NOT NULL, items INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(name, chunk));
        """;

    private readonly string _connectionString;
    private readonly string _settings;

    private SqliteFile(string path, TimeSpan busyTimeout)
    {
        Path = System.IO.Path.GetFullPath(path);
        var seconds = (int)Math.Ceiling(busyTimeout.TotalSeconds);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = true,
            DefaultTimeout = seconds,
        }.ToString();
        // The busy handler of SQLite answers within milliseconds of a release; the driver's own wait, in steps of 150 ms, only backs it up.
        _settings = string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {seconds * 1000}; PRAGMA synchronous = FULL;");
    }

    public string Path { get; }

    public static SqliteFile Open(string path, TimeSpan busyTimeout)
    {
        SQLitePCL.Batteries_V2.Init();
        var file = new SqliteFile(path, busyTimeout);
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file.Path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingStoreException($"The folder of the training store '{file.Path}' cannot be made: {e.Message}", e);
        }
        try
        {
            file.Use<object?>(connection =>
            {
                file.Prepare(connection);
                return null;
            });
        }
        catch
        {
            file.ClearPool();
            throw;
        }
        return file;
    }

    /// <summary>Runs one operation on a pooled connection.</summary>
    /// <exception cref="TrainingStoreException">SQLite refused.</exception>
    public T Use<T>(Func<SqliteConnection, T> operation)
    {
        try
        {
            using var connection = new SqliteConnection(_connectionString);
            connection.Open();
            connection.Run(_settings);
            return operation(connection);
        }
        catch (SqliteException e)
        {
            throw new TrainingStoreException($"The training store '{Path}' {Meaning(e)} ({e.Message.TrimEnd('.')}{(e.SqliteExtendedErrorCode == e.SqliteErrorCode ? "" : $", extended code {e.SqliteExtendedErrorCode}")})", e);
        }
        catch (Exception e) when (e is FormatException or InvalidCastException)
        {
            throw new TrainingStoreException($"The training store '{Path}' holds an entry that it did not write itself: {e.Message}", e) { IsOfOneEntry = true };
        }
    }

    public void ClearPool()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>Sortable and readable in any SQLite shell.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    public static DateTimeOffset Time(string text) => DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private void Prepare(SqliteConnection connection)
    {
        if (IsCurrent(connection)) return;
        if (connection.Scalar("PRAGMA journal_mode = WAL") is not "wal")
        {
            throw new TrainingStoreException($"The training store '{Path}' cannot use a write-ahead log; is its file system a network share?");
        }
        using var transaction = connection.BeginTransaction(deferred: false);
        if (IsCurrent(connection)) return; // another process made the tables meanwhile
        connection.Run($"{Tables} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion};");
        transaction.Commit();
    }

    /// <summary>False for an empty file.</summary>
    private bool IsCurrent(SqliteConnection connection)
    {
        // One statement sees one moment: a file that another process is just filling is either empty or whole.
        using var command = connection.CommandFor(
            "SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)");
        using var row = command.ExecuteReader();
        row.Read();
        var (version, application, tables) = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
        if (tables == 0) return false;
        if (application != ApplicationId)
        {
            throw new TrainingStoreException($"'{Path}' is a SQLite database of something else (application_id {application}; a training store has {ApplicationId}); it was left alone.");
        }
        if (version > SchemaVersion)
        {
            throw new TrainingStoreException($"The training store '{Path}' has schema {version}; this version reads up to {SchemaVersion}. Use the newer program.");
        }
        return true;
    }

    private static string Meaning(SqliteException e) => e.SqliteErrorCode switch
    {
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => "stayed locked by another writer for the whole busy timeout; try again",
        SQLitePCL.raw.SQLITE_READONLY => "cannot be written: the file or its folder is read-only",
        SQLitePCL.raw.SQLITE_CANTOPEN => "cannot be opened or made: the folder is read-only, or the path is a folder",
        SQLitePCL.raw.SQLITE_NOTADB => "is not a SQLite database; it was left alone",
        SQLitePCL.raw.SQLITE_CORRUPT => "is damaged; restore it from a backup or move it away and let training start anew",
        SQLitePCL.raw.SQLITE_FULL => "found its disk full; nothing was saved",
        _ => "failed",
    };
}
