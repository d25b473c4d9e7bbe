// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

/// @title Where a contract's address and state are, whatever its code
/// @notice Made and initialised in one transaction; an empty call is refused.
contract Proxy is ERC1967Proxy {
    /// @param implementation The code.
    /// @param data The call that initialises it.
    constructor(address implementation, bytes memory data) ERC1967Proxy(implementation, data) {}
}
