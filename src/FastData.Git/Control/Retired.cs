using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>A model that is out of delivery and stays out.</summary>
/// <param name="Name">The model.</param>
/// <param name="Order">Who, why and how long.</param>
public sealed record RetiredModel(ModelName Name, ControlOrder Order);

/// <summary><c>control/retired.json</c>: every retired model, ordered by name.</summary>
public static class Retired
{
    /// <summary>The file's name in <c>control/</c>.</summary>
    public const string FileName = "retired.json";

    /// <summary>The retired models of a tip, those whose time is past included.</summary>
    /// <exception cref="FastDataException">The committed file holds no retired models.</exception>
    public static IReadOnlyList<RetiredModel> Read(FastDataTip tip) =>
        ControlFile.ReadList(tip.Control, tip.Commit, FileName, fields => new RetiredModel(fields.Name, fields.Order), retired => retired.Name);

    /// <summary>The file for these models; null for none, which removes it.</summary>
    public static ReadOnlyMemory<byte>? Write(IEnumerable<RetiredModel> retired) =>
        ControlFile.WriteList([.. retired.OrderBy(model => model.Name).Select(model => ControlEntry.Of(model.Order, model.Name))]);
}
