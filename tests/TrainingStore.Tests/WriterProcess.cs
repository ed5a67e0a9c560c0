using System.Diagnostics;
using Delivery.Models;
using Delivery.TrainingStore.Sqlite;

namespace Delivery.TrainingStore.Tests;

/// <summary>This assembly as a program: a trainer in a process of its own, which a test may kill.</summary>
public static class WriterProcess
{
    /// <summary>How long a writer waits for others. On a disk that is slow their turn can come again and again before its own.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Starts a process that counts in the state of <c>news_wizard</c> and prints each number once it is saved.</summary>
    public static Process Start(string path, int increments) => Process.Start(new ProcessStartInfo("dotnet", [typeof(WriterProcess).Assembly.Location, path, increments.ToString()])
    {
        RedirectStandardOutput = true,
        UseShellExecute = false,
    })!;

    public static async Task<int> Main(string[] arguments)
    {
        using var store = SqliteTrainingStore.Open(arguments[0], TimeProvider.System, Patience);
        await TrainingStoreContract.CounterAsync(store, ModelName.Parse("news_wizard"), int.Parse(arguments[1]), Console.WriteLine);
        return 0;
    }
}
