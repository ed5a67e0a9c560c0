using Delivery.Models;
using Delivery.Models.Wire;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Delivery.TrainingStore.Sqlite;

/// <summary>
/// Holdout items as rows of serialised <see cref="PoolItems"/>. Messages of protobuf merge when their bytes are joined, so a
/// small chunk grows by appending bytes: a save of a few items rewrites at most one small row.
/// </summary>
internal static class HoldoutChunks
{
    /// <summary>A chunk is not made larger than this, unless one item alone is.</summary>
    public const int TargetBytes = 64 << 10;

    /// <param name="Data">A whole <see cref="PoolItems"/>.</param>
    /// <param name="Items">How many items it holds.</param>
    public readonly record struct Chunk(byte[] Data, int Items);

    /// <summary>Serialises before any lock is taken.</summary>
    /// <exception cref="ArgumentException">An item alone is over the ring's limit.</exception>
    public static IReadOnlyList<Chunk> Pack(ModelName name, IReadOnlyList<PoolItem> items)
    {
        var chunks = new List<Chunk>();
        var open = new PoolItems();
        var openBytes = 0;
        for (var i = 0; i < items.Count; i++)
        {
            var size = SizeInList(items[i]);
            if (size > TrainingStoreLimits.MaxHoldoutBytes)
            {
                throw new ArgumentException(
                    $"Holdout item {i} ('{items[i].RequestId}') of model '{name}' has {size} bytes; the limit for all items of a model is {TrainingStoreLimits.MaxHoldoutBytes}.", nameof(items));
            }
            if (openBytes > 0 && openBytes + size > TargetBytes) Close();
            open.Items.Add(items[i]);
            openBytes += size;
        }
        if (openBytes > 0) Close();
        return chunks;

        void Close()
        {
            chunks.Add(new Chunk(open.ToByteArray(), open.Items.Count));
            open.Items.Clear();
            openBytes = 0;
        }
    }

    /// <summary>Appends and trims inside the caller's transaction.</summary>
    public static void Append(SqliteConnection connection, ModelName name, IReadOnlyList<Chunk> chunks)
    {
        if (chunks.Count == 0) return;
        var next = 0L;
        var first = 0;
        if (Newest(connection, name) is { } newest)
        {
            next = newest.Number + 1;
            if (newest.Data.Length + chunks[0].Data.Length <= TargetBytes)
            {
                byte[] joined = [.. newest.Data, .. chunks[0].Data];
                connection.Run(
                    "UPDATE holdout SET data = $data, bytes = $bytes, items = items + $items WHERE name = $name AND chunk = $chunk",
                    ("$name", name.Value), ("$chunk", newest.Number), ("$data", joined), ("$bytes", joined.Length), ("$items", chunks[0].Items));
                first = 1;
            }
        }
        for (var i = first; i < chunks.Count; i++)
        {
            connection.Run(
                "INSERT INTO holdout(name, chunk, bytes, items, data) VALUES($name, $chunk, $bytes, $items, $data)",
                ("$name", name.Value), ("$chunk", next++), ("$bytes", chunks[i].Data.Length), ("$items", chunks[i].Items), ("$data", chunks[i].Data));
        }
        Trim(connection, name);
    }

    /// <exception cref="TrainingStoreException">A chunk is not what was saved.</exception>
    public static IReadOnlyList<PoolItem> Read(SqliteConnection connection, ModelName name, string path)
    {
        using var command = connection.CommandFor("SELECT chunk, bytes, items, data FROM holdout WHERE name = $name ORDER BY chunk", ("$name", name.Value));
        using var row = command.ExecuteReader();
        var items = new List<PoolItem>();
        while (row.Read())
        {
            var (chunk, bytes, count, data) = (row.GetInt64(0), row.GetInt64(1), row.GetInt32(2), (byte[])row[3]);
            var problem = data.Length != bytes ? $"it has {data.Length} bytes where {bytes} were saved" : Parse(data, count, items);
            if (problem is not null)
            {
                throw new TrainingStoreException(
                    $"The holdout of model '{name}' in '{path}' is damaged at chunk {chunk}: {problem}. Delete that row of the table 'holdout', or the model, to go on without it.") { IsOfOneEntry = true };
            }
        }
        return items;
    }

    private static string? Parse(byte[] data, int count, List<PoolItem> items)
    {
        try
        {
            var parsed = PoolItems.Parser.ParseFrom(data).Items;
            if (parsed.Count != count) return $"it holds {parsed.Count} items where {count} were saved";
            items.AddRange(parsed);
            return null;
        }
        catch (InvalidProtocolBufferException e)
        {
            return $"it does not parse ({e.Message})";
        }
    }

    private static (long Number, byte[] Data)? Newest(SqliteConnection connection, ModelName name)
    {
        using var command = connection.CommandFor("SELECT chunk, data FROM holdout WHERE name = $name ORDER BY chunk DESC LIMIT 1", ("$name", name.Value));
        using var row = command.ExecuteReader();
        return row.Read() ? (row.GetInt64(0), (byte[])row[1]) : null;
    }

    private static void Trim(SqliteConnection connection, ModelName name) =>
        // A chunk stays while it and all newer ones fit. The newest always fits: Pack refuses an item over the limit.
        connection.Run(
            "DELETE FROM holdout WHERE name = $name AND chunk <= coalesce((SELECT max(chunk) FROM "
            + "(SELECT chunk, sum(bytes) OVER (ORDER BY chunk DESC) AS kept FROM holdout WHERE name = $name) WHERE kept > $limit), -1)",
            ("$name", name.Value), ("$limit", TrainingStoreLimits.MaxHoldoutBytes));

    // As a member of PoolItems: one byte of tag, the length, the item.
    private static int SizeInList(PoolItem item)
    {
        var size = item.CalculateSize();
        return 1 + CodedOutputStream.ComputeLengthSize(size) + size;
    }
}
