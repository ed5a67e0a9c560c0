namespace Delivery.EndToEnd.Tests;

/// <summary>Tests that type <c>dotnet run</c>, one after the other: two builds of one project at once write the same files.</summary>
[CollectionDefinition(Name)]
public sealed class BuildGroup
{
    public const string Name = "build";
}
