using Delivery.Cli;
using Delivery.Cli.Demo;
using Delivery.Cli.Verbs;

// One line a verb, in the order in which the help lists them.
return await CommandLine.RunAsync(
    args,
    [
        DemoCommand.Create(),
        UpdateVerb.Create(),
        ServeVerb.Create(),
        StatusVerb.Create(),
        HistoryVerb.Create(),
        ShowVerb.Create(),
        ReleaseVerb.Create(),
        FollowVerb.Create(),
        StoreVerb.Create(),
        EventsVerb.Create(),
    ]);
