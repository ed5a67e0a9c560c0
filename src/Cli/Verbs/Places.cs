using Delivery.Cli.Configuration;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Maintaining;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Signing;
using Delivery.TrainingStore.Sqlite;

namespace Delivery.Cli.Verbs;

/// <summary>Opens the folder and the store that the settings name, and says clearly when there is none.</summary>
internal static class Places
{
    /// <exception cref="VerbException">There is no such folder, or nothing was ever delivered into it.</exception>
    public static FastDataHistory History(DeliverySettings settings)
    {
        RequireFolder(settings);
        var history = new FastDataHistory(settings.FastData);
        return history.Exists ? history : throw new VerbException($"Nothing was delivered into '{settings.FastData}' yet: it has no history. 'delivery update' makes one.");
    }

    /// <exception cref="VerbException">There is no such folder.</exception>
    public static void RequireFolder(DeliverySettings settings)
    {
        if (!Directory.Exists(settings.FastData))
        {
            throw new VerbException($"There is no fast-data folder '{settings.FastData}'. The first 'delivery update' makes it; or name another with --fast-data or in delivery.json (fastData).");
        }
    }

    /// <summary>The publisher of a folder, which need not be there.</summary>
    public static FastDataPublisher Publisher(DeliverySettings settings) =>
        new(settings.FastData) { LockTimeout = settings.LockTimeout, KeepGenerations = settings.KeepGenerations, Signer = Signer(settings) };

    /// <summary>What signs for the settings; null when nothing is to be signed.</summary>
    public static SshSigner? Signer(DeliverySettings settings) => settings.SigningKey is { } key ? new SshSigner(key) { AllowedSigners = settings.AllowedSigners } : null;

    /// <summary>What a reader asks of signatures; null when it asks for none.</summary>
    public static TrustPolicy? Trust(DeliverySettings settings) => settings.AllowedSigners is { } path ? new TrustPolicy { AllowedSigners = path } : null;

    /// <summary>The maintenance of a folder, which need not be there.</summary>
    public static FolderMaintenance Maintenance(DeliverySettings settings) =>
        new(settings.FastData, settings.Maintenance with { LockTimeout = settings.LockTimeout, KeepGenerations = settings.KeepGenerations });

    /// <exception cref="VerbException">There is no such file: opening it would make an empty store out of a misspelt path.</exception>
    public static SqliteTrainingStore Store(DeliverySettings settings) => File.Exists(settings.Store)
        ? SqliteTrainingStore.Open(settings.Store, TimeProvider.System)
        : throw new VerbException($"There is no training store '{settings.Store}'. Training makes it; or name another with --store or in delivery.json (store).");

    /// <summary>What readers are told to serve now; null when nothing was delivered yet.</summary>
    public static Manifest? Live(FolderReader reader)
    {
        const int attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return reader.ReadCurrent() is { } current ? reader.ReadManifest(current) : null;
            }
            catch (FileNotFoundException) when (attempt < attempts)
            {
                // A newer generation took its place between the two reads.
            }
        }
    }
}
