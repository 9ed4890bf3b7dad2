{
  "targets": [
    {
      "target_name": "linkwright",
      "sources": [
        "native/abi.cc",
        "native/abi_numbers.cc",
        "native/engine.cc",
        "native/exchange.cc",
        "native/monitor.cc",
        "native/netns.cc",
        "native/socket.cc",
        "native/thread.cc",
        "native/tuntap.cc",
        "native/addon/addon.cc",
        "native/addon/chain.cc",
        "native/addon/environment.cc",
        "native/addon/namespace.cc",
        "native/addon/opening.cc",
        "native/addon/socket.cc",
        "native/addon/subscription.cc",
        "native/addon/tuntap.cc"
      ],
      "include_dirs": ["native", "<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NAPI_DISABLE_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20", "-fno-exceptions"],
      "cflags_cc": ["-std=c++20", "-fno-exceptions", "-fvisibility=hidden", "-Wall", "-Wextra"],
      "conditions": [["OS!='linux'", { "type": "none" }]]
    }
  ]
}
