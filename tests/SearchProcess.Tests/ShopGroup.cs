namespace Delivery.SearchProcess.Tests;

/// <summary>Tests that use the one shop, one after the other, since each publishes models of its own.</summary>
[CollectionDefinition(Name)]
public sealed class ShopGroup : ICollectionFixture<Shop>
{
    public const string Name = "shop";
}
