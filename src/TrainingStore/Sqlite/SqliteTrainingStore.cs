using Delivery.Models;
using Delivery.Models.Wire;
using Microsoft.Data.Sqlite;

namespace Delivery.TrainingStore.Sqlite;

/// <summary>
/// The training store in one SQLite file: no server, safe for many threads and many processes of one machine. Readers never
/// wait for a writer; writers wait for each other, and fail with a clear error after the busy timeout.
/// </summary>
/// <remarks>Not for network file systems, where the shared memory of the write-ahead log does not work.</remarks>
public sealed class SqliteTrainingStore : ITrainingStore, IDisposable
{
    private readonly SqliteFile _file;
    private readonly TimeProvider _time;

    // Writers of one process queue here instead of polling the lock of the file; it holds no unmanaged wait handle, so it needs no disposal.
    private readonly SemaphoreSlim _writers = new(1, 1);

    private SqliteTrainingStore(SqliteFile file, TimeProvider time) => (_file, _time) = (file, time);

    /// <summary>Opens the store; makes folder, file and tables where they are missing.</summary>
    /// <param name="path">The file; <c>-wal</c> and <c>-shm</c> files stand beside it while it is in use.</param>
    /// <param name="time">The clock of <c>saved_at</c>.</param>
    /// <exception cref="TrainingStoreException">The file is no SQLite database or not one of this store, its schema is newer, or the folder cannot be written.</exception>
    public static SqliteTrainingStore Open(string path, TimeProvider time) => Open(path, time, TimeSpan.FromSeconds(30));

    /// <inheritdoc cref="Open(string, TimeProvider)"/>
    /// <param name="path">The file.</param>
    /// <param name="time">The clock of <c>saved_at</c>.</param>
    /// <param name="busyTimeout">How long a writer waits for another process. Whole seconds, at least 1 s. Default 30 s.</param>
    public static SqliteTrainingStore Open(string path, TimeProvider time, TimeSpan busyTimeout)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(busyTimeout, TimeSpan.FromSeconds(1));
        return new SqliteTrainingStore(SqliteFile.Open(path, busyTimeout), time);
    }

    public ValueTask<StoredModel?> GetModelAsync(ModelName name, CancellationToken cancellationToken) => ReadAsync(
        connection =>
        {
            using var command = connection.CommandFor("SELECT file, version, saved_at FROM model WHERE name = $name", ("$name", name.Value));
            using var row = command.ExecuteReader();
            return row.Read() ? new StoredModel((byte[])row[0], row.GetInt64(1), SqliteFile.Time(row.GetString(2))) : null;
        },
        cancellationToken);

    public ValueTask<StoredState?> LoadStateAsync(ModelName name, CancellationToken cancellationToken) => ReadAsync(
        connection =>
        {
            using var command = connection.CommandFor("SELECT state, version, saved_at FROM state WHERE name = $name AND state IS NOT NULL", ("$name", name.Value));
            using var row = command.ExecuteReader();
            return row.Read() ? new StoredState((byte[])row[0], row.GetInt64(1), SqliteFile.Time(row.GetString(2))) : null;
        },
        cancellationToken);

    public ValueTask<SaveOutcome> SaveAsync(ModelName name, long expectedVersion, TrainingProgress progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        if (progress.State.Length > TrainingStoreLimits.MaxStateBytes)
        {
            throw new StateTooLargeException(
                $"The state of model '{name}' has {progress.State.Length} bytes; the limit is {TrainingStoreLimits.MaxStateBytes} bytes. Lower BatchSize, EvaluateWindowSize or FeatureCount.");
        }
        var chunks = HoldoutChunks.Pack(name, progress.NewHoldout);
        return WriteAsync<SaveOutcome>(
            connection =>
            {
                var (stored, live) = Version(connection, name);
                var found = live ? stored : 0;
                if (found != expectedVersion) return new SaveOutcome.Conflict(expectedVersion, found);
                var version = stored + 1;
                var now = SqliteFile.Text(_time.GetUtcNow());
                connection.Run(
                    "INSERT INTO state(name, version, state, saved_at) VALUES($name, $version, $state, $now) "
                    + "ON CONFLICT(name) DO UPDATE SET version = $version, state = $state, saved_at = $now",
                    ("$name", name.Value), ("$version", version), ("$state", progress.State.ToArray()), ("$now", now));
                if (progress.Model is { } model)
                {
                    connection.Run(
                        "INSERT INTO model(name, file, version, saved_at) VALUES($name, $file, $version, $now) "
                        + "ON CONFLICT(name) DO UPDATE SET file = $file, version = $version, saved_at = $now",
                        ("$name", name.Value), ("$file", model.ToArray()), ("$version", version), ("$now", now));
                }
                if (progress.ClearHoldout) connection.Run("DELETE FROM holdout WHERE name = $name", ("$name", name.Value));
                HoldoutChunks.Append(connection, name, chunks);
                return new SaveOutcome.Saved(version);
            },
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<PoolItem>> ReadHoldoutAsync(ModelName name, CancellationToken cancellationToken) =>
        ReadAsync(connection => HoldoutChunks.Read(connection, name, _file.Path), cancellationToken);

    public ValueTask<IReadOnlyList<StoreEntry>> ListAsync(CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<StoreEntry>>(
        connection =>
        {
            // BINARY is SQLite's default collation, so this is the ordinal order of ModelName.
            using var command = connection.CommandFor(
                "SELECT s.name, s.version, length(s.state), coalesce(length(m.file), 0), s.saved_at, m.saved_at, "
                + "coalesce((SELECT sum(bytes) FROM holdout h WHERE h.name = s.name), 0), coalesce((SELECT sum(items) FROM holdout h WHERE h.name = s.name), 0) "
                + "FROM state s LEFT JOIN model m ON m.name = s.name WHERE s.state IS NOT NULL ORDER BY s.name");
            using var row = command.ExecuteReader();
            var entries = new List<StoreEntry>();
            while (row.Read())
            {
                entries.Add(new StoreEntry(
                    ModelName.Parse(row.GetString(0)), row.GetInt64(1), row.GetInt32(2), row.GetInt32(3), row.GetInt64(6), row.GetInt32(7),
                    SqliteFile.Time(row.GetString(4)), row.IsDBNull(5) ? null : SqliteFile.Time(row.GetString(5))));
            }
            return entries;
        },
        cancellationToken);

    public ValueTask<bool> DeleteAsync(ModelName name, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            // The version outlives its state: a trainer that still holds the old one must not win against a successor that counts from 1 again.
            var removed = connection.Run(
                "UPDATE state SET state = NULL, version = version + 1, saved_at = $now WHERE name = $name AND state IS NOT NULL",
                ("$name", name.Value), ("$now", SqliteFile.Text(_time.GetUtcNow())));
            connection.Run("DELETE FROM model WHERE name = $name", ("$name", name.Value));
            connection.Run("DELETE FROM holdout WHERE name = $name", ("$name", name.Value));
            return removed > 0;
        },
        cancellationToken);

    /// <summary>Closes the pooled connections, so that the file can be moved or deleted. Operations under way end in their own time.</summary>
    public void Dispose() => _file.ClearPool();

    private static (long Stored, bool Live) Version(SqliteConnection connection, ModelName name)
    {
        using var command = connection.CommandFor("SELECT version, state IS NOT NULL FROM state WHERE name = $name", ("$name", name.Value));
        using var row = command.ExecuteReader();
        return row.Read() ? (row.GetInt64(0), row.GetBoolean(1)) : (0, false);
    }

    // SQLite blocks its thread; the caller's own thread stays free, so that a caller's timeout works.
    private ValueTask<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken) =>
        new(Task.Run(() => _file.Use(read), cancellationToken));

    private async ValueTask<T> WriteAsync<T>(Func<SqliteConnection, T> write, CancellationToken cancellationToken)
    {
        await _writers.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(
                () => _file.Use(connection =>
                {
                    using var transaction = connection.BeginTransaction(deferred: false);
                    var result = write(connection);
                    cancellationToken.ThrowIfCancellationRequested();
                    transaction.Commit();
                    return result;
                }),
                cancellationToken);
        }
        finally
        {
            _writers.Release();
        }
    }
}
