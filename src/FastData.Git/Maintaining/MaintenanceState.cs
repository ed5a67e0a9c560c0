using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>
/// What maintenance knows from its last run, in <c>.git/maintain.json</c>. It only saves work: when it is lost, history and
/// packs are looked through from the start and give the same.
/// </summary>
/// <param name="ColdUntil">The newest commit whose old weights are all on the cold side.</param>
/// <param name="PackedUntil">The newest commit whose objects all stand in the packs named here.</param>
/// <param name="Weights">Packs of weights alone, without <c>.pack</c>.</param>
/// <param name="History">Packs of everything else.</param>
/// <param name="Pending">Weights that are on the cold side and still in a hot pack too.</param>
internal sealed record MaintenanceState(
    string? ColdUntil, string? PackedUntil, IReadOnlyList<string> Weights, IReadOnlyList<string> History, IReadOnlyList<string> Pending)
{
    private const string FileName = "maintain.json";

    public static MaintenanceState Empty { get; } = new(null, null, [], [], []);

    public static MaintenanceState Load(FolderLayout layout)
    {
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(layout.Repository, FileName)), MaintenanceJson.Default.MaintenanceState);
            return state is { Weights: not null, History: not null, Pending: not null } ? state : Empty;
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            return Empty;
        }
    }

    public void Save(FolderLayout layout, IDisk disk) =>
        disk.WriteDurably(Path.Combine(layout.Repository, FileName), Path.Combine(layout.Repository, DurablePack.TemporaryPrefix + FileName),
            Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this, MaintenanceJson.Default.MaintenanceState) + "\n"));

    /// <summary>The pending ones as ids.</summary>
    public HashSet<GitId> PendingIds() => [.. Pending.Select(hex => new GitId(hex))];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(MaintenanceState))]
internal sealed partial class MaintenanceJson : JsonSerializerContext;
